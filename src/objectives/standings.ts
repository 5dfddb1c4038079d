// The standings of all objectives, computed once for each minute that is counted.
import type { Kernel } from '../core/kernel.ts';
import { unknownObjective } from '../objective-store/actions.ts';
import { findBurn } from './burn.ts';
import type { CurrentObjectives } from './current-objectives.ts';
import { type Standing, standingOf } from './standing.ts';
import { hourSec, minuteOf, minuteSec } from './tally.ts';
import type { TallyBook } from './tally-book.ts';

/** The days of a strip. */
const dayCount = 30;

type Given = Pick<Kernel, 'bus' | 'now'> & { current: CurrentObjectives; tallyBook: TallyBook };

export type Standings = ReturnType<typeof createStandings>;

export function createStandings({ bus, current, tallyBook, now }: Given) {
  let kept: { key: string; standings: Standing[] } | null = null;
  bus.on('objectives', () => {
    kept = null;
  });

  return {
    /** Throws the errors of SQLite. */
    all,

    /** Throws `not_found`. */
    find(name: string): Standing {
      const found = all().find(({ definition }) => definition.name === name);
      if (!found) throw unknownObjective(name);
      return found;
    },
  };

  function all(): Standing[] {
    const key = `${tallyBook.version()} ${minuteOf(now())}`;
    if (kept?.key === key) return kept.standings;
    const at = now();
    const standings = current.all().map((known) => {
      const { name } = known.definition;
      return standingOf(known, {
        hours: tallyBook.rows(name, hourSec),
        minutes: tallyBook.rows(name, minuteSec),
        burn: findBurn(known.value, (lengthSec) => tallyBook.sum(name, lengthSec)),
        now: at,
        dayCount,
      });
    });
    kept = { key, standings };
    return standings;
  }
}
