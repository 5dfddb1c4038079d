// The objectives as pages and programs see and change them.
import { invalidArguments } from '../core/arguments.ts';
import type { Requester } from '../core/audit.ts';
import { assertMatches, assertUnchanged, etagOf } from '../core/edit-conflict.ts';
import type { Kernel } from '../core/kernel.ts';
import { objectiveChange, objectiveTarget, unknownObjective } from './actions.ts';
import { declaredObjectives, findObjective } from './declared.ts';
import type { ChangedObjectives, KnownObjective, ObjectiveEdit } from './known-objective.ts';
import { isSameValue, type ObjectiveDefinition, type ObjectiveValue } from './objective.ts';
import type { ObjectiveRepository, SavedObjective } from './objective-repository.ts';
import { editsOf, fieldOf, findFaults } from './objective-values.ts';

type Given = Pick<Kernel, 'audit' | 'bus' | 'untilFree' | 'now'> & {
  objectiveRepository: ObjectiveRepository;
};

type Why = { reason?: string | null; ifMatch?: string | undefined };

export type Objectives = ReturnType<typeof createObjectives>;

export function createObjectives(given: Given) {
  const { audit, bus, objectiveRepository, untilFree, now } = given;

  return {
    all,

    /** Throws `not_found`. */
    find,

    etag: (name: string) => etagOf(storedOf(find(name))),

    /** Changes objectives, all or none, each with an audit row; gives the names of those that have changed. Throws `not_found`,
     *  `invalid_arguments` with all faults, `edit_conflict`. */
    async change(edits: ObjectiveEdit[], by: Requester, why: Why = {}): Promise<string[]> {
      assertValid(edits);
      const changed = await untilFree(() =>
        objectiveRepository.transaction(() => {
          const known = new Map(all().map((one) => [one.definition.name as string, one]));
          const knownOf = (name: string) => known.get(name) as KnownObjective;
          for (const { name } of edits) assertMatches(why.ifMatch, storedOf(knownOf(name)));
          assertUnchanged(
            edits.flatMap((edit) => editsOf(edit, knownOf(edit.name))),
            now(),
          );
          const { before, after } = write(given, edits, by);
          for (const [name, value] of Object.entries(after)) {
            const detail = { before: before[name], after: value };
            const row = { event: objectiveChange.name, target: objectiveTarget(name), detail };
            audit.record({ ...row, outcome: 'ok', by, reason: why.reason ?? null });
          }
          return Object.keys(after);
        }),
      );
      if (changed.length > 0) announce();
      return changed;
    },

    /** Stores valid edits, in the caller's transaction; the caller audits the changes, then calls `announce`. */
    write: (edits: readonly ObjectiveEdit[], by: Requester) => write(given, edits, by),
    /** Those that differ from their default. */
    saved: () => objectiveRepository.saved(),
    announce,
  };

  function all(): KnownObjective[] {
    const saved = objectiveRepository.saved();
    return declaredObjectives.map((definition) => {
      const stored = saved.get(definition.name);
      const change = stored ? { changed_at: stored.changed_at, changed_by: stored.changed_by } : null;
      return { definition, value: storedOrDefault(definition, stored), change };
    });
  }

  function find(name: string): KnownObjective {
    const known = all().find(({ definition }) => definition.name === name);
    if (!known) throw unknownObjective(name);
    return known;
  }

  function announce() {
    bus.emit('objectives');
  }
}

function write({ objectiveRepository, now }: Given, edits: readonly ObjectiveEdit[], by: Requester) {
  const stored = objectiveRepository.saved();
  const changed: ChangedObjectives = { before: {}, after: {} };
  const at = now().toISOString();
  for (const { name, to } of edits) {
    const definition = findObjective(name);
    if (!definition) throw unknownObjective(name);
    const saved = stored.get(name);
    const [before, after] = [storedOrDefault(definition, saved), to ?? definition.default];
    if (isSameValue(before, after) && (saved === undefined) === (to === null)) continue;
    if (to === null) objectiveRepository.remove(name);
    else objectiveRepository.put({ name, ...to, changed_at: at, changed_by: by.actor });
    changed.before[name] = before;
    changed.after[name] = { ...after };
  }
  return changed;
}

function storedOrDefault(definition: ObjectiveDefinition, saved: SavedObjective | undefined): ObjectiveValue {
  const { target, window_days, threshold_ms, is_on } = saved ?? definition.default;
  return { target, window_days, threshold_ms, is_on };
}

function assertValid(edits: readonly ObjectiveEdit[]) {
  const problems = edits.flatMap(({ name, to }) => {
    const definition = findObjective(name);
    if (!definition) throw unknownObjective(name);
    const faults = to === null ? [] : findFaults(definition, to);
    return faults.map(({ field, message }) => ({ field: fieldOf(name, field), message }));
  });
  if (problems.length > 0) throw invalidArguments(problems);
}

/** The part that a save replaces. */
const storedOf = ({ value, change }: KnownObjective) => ({
  ...value,
  changed_at: change?.changed_at ?? null,
});
