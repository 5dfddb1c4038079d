// The objectives as they count now. Read again after a change, for requests are counted often.
import type { Bus } from '../core/bus.ts';
import { declaredObjectives, type ObjectiveName } from '../objective-store/declared.ts';
import type { KnownObjective } from '../objective-store/known-objective.ts';
import type { ObjectiveValue } from '../objective-store/objective.ts';
import type { Objectives } from '../objective-store/objectives.ts';

type Values = Record<ObjectiveName, ObjectiveValue>;

export type CurrentObjectives = ReturnType<typeof createCurrentObjectives>;

export function createCurrentObjectives({
  bus,
  objectives,
}: {
  bus: Bus;
  objectives: Pick<Objectives, 'all'>;
}) {
  let known: KnownObjective[] | null = null;
  let values = Object.fromEntries(declaredObjectives.map((one) => [one.name, one.default])) as Values;
  bus.on('objectives', () => {
    known = null;
  });

  return {
    /** Throws the errors of SQLite. */
    all,

    /** Those of the last read while ops.db cannot be read. Never throws. */
    values(): Values {
      try {
        all();
      } catch {
        // Others say that ops.db cannot be read.
      }
      return values;
    },
  };

  function all(): KnownObjective[] {
    if (known) return known;
    known = objectives.all();
    values = Object.fromEntries(known.map(({ definition, value }) => [definition.name, value])) as Values;
    return known;
  }
}
