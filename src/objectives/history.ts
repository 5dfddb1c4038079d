// The starts of the server, its versions, and the times in which the machine was off, for the strips of days.
import type { Kernel } from '../core/kernel.ts';
import type { Starts } from '../starts/repository.ts';
import type { TallyBook } from './tally-book.ts';
import { floorTo, hourSec } from './tally.ts';
import { offTimes } from './uptime.ts';

/** A server that is started more often than this in a month has marks of its last starts alone. */
const maxStarts = 200;

export type History = {
  /** Oldest first. `version`: the one that was new with this start, else null. */
  starts: { at: Date; version: string | null }[];
  /** Newest first. */
  off: { from: Date; to: Date }[];
};

type Given = Pick<Kernel, 'bus'> & { starts: Pick<Starts, 'list'>; tallyBook: Pick<TallyBook, 'rows'> };

export function createHistory({ bus, starts, tallyBook }: Given) {
  let kept: History | null = null;
  bus.on('objectives', () => {
    kept = null;
  });

  /** Throws the errors of SQLite. */
  return (): History => {
    kept ??= read();
    return kept;
  };

  function read(): History {
    const { items } = starts.list(maxStarts);
    return {
      starts: items.toReversed().map(({ at, version }, place, all) => {
        const before = all[place - 1];
        return { at: new Date(at), version: before && before.version !== version ? version : null };
      }),
      off: offTimes(items, ({ fromMs, toMs }) => downMinutes(fromMs / 1000, toMs / 1000)).map((gap) => ({
        from: new Date(gap.fromMs),
        to: new Date(gap.toMs),
      })),
    };
  }

  /** The minutes that are down in the hours of a gap: the machine ran again, and the server did not yet. */
  function downMinutes(from: number, to: number): number {
    let down = 0;
    for (const [at, { good, total }] of tallyBook.rows('up', hourSec))
      if (at >= floorTo(from, hourSec) && at <= to) down += total - good;
    return down;
  }
}
