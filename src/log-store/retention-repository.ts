// How long log.db keeps what, and what goes first when the file is full: the oldest, except that figures of requests, which are
// small, outlast lines and traces. Each removal is short, so that questions are answered in between.
import { type Db, prepareOnce } from '../core/db/open.ts';

const dayMs = 86_400_000;

/** How long lines are kept while there is room. */
const keptDays = 14;

type Kept = {
  maxAgeMs: number;
  /** Kept for its age alone, or removed only when nothing else is left. Others go by age. */
  whenFull?: 'stays' | 'last';
  /** The time of the oldest one; null without any. */
  oldest: string;
  /** Remove some of those before `@before`, the oldest first. */
  remove: string[];
  /** The same to make room, if the first ones may have a later time than others. */
  removeFirst?: string[];
};

const countRemoved = 'UPDATE file SET lines = lines - changes()';
const traces = 'SELECT id FROM trace WHERE at < @before ORDER BY at LIMIT 200';

const kinds: Kept[] = [
  {
    maxAgeMs: keptDays * dayMs,
    oldest: 'SELECT min(at) FROM line',
    remove: [
      'DELETE FROM line WHERE id IN (SELECT id FROM line WHERE at < @before ORDER BY at LIMIT 1000)',
      countRemoved,
    ],
    // A clock that was ahead for a while gave later times to lines that were written before others.
    removeFirst: ['DELETE FROM line WHERE id IN (SELECT id FROM line ORDER BY id LIMIT 1000)', countRemoved],
  },
  {
    maxAgeMs: 3 * dayMs,
    oldest: 'SELECT min(at) FROM trace',
    remove: [`DELETE FROM span WHERE trace IN (${traces})`, `DELETE FROM trace WHERE id IN (${traces})`],
  },
  {
    maxAgeMs: 7 * dayMs,
    oldest: 'SELECT min(hour) FROM statement_stat',
    remove: [
      `DELETE FROM statement_stat WHERE hour < @before AND hour = (SELECT min(hour) FROM statement_stat)`,
      'DELETE FROM statement WHERE hash NOT IN (SELECT hash FROM statement_stat)',
    ],
  },
  { maxAgeMs: 2 * dayMs, whenFull: 'last', ...requestStats(60) },
  { maxAgeMs: 35 * dayMs, whenFull: 'stays', ...requestStats(3600) },
  { maxAgeMs: 35 * dayMs, whenFull: 'stays', ...requestStats(86_400) },
];

function requestStats(span: number) {
  const oldest = `SELECT at FROM request_stat WHERE span = ${span} ORDER BY at LIMIT 1`;
  return {
    oldest,
    remove: [`DELETE FROM request_stat WHERE span = ${span} AND at < @before AND at = (${oldest})`],
  };
}

/** Removes some of the rows that are too old. False when there are none. */
export function removeExpired(db: Db, now: number): boolean {
  return kinds.map((kind) => removeBefore(db, kind, now - kind.maxAgeMs)).some((removed) => removed);
}

/** Removes some of the oldest. False when nothing may be removed. */
export function removeOldest(db: Db): boolean {
  const [oldest] = kinds
    .filter(({ whenFull }) => whenFull !== 'stays')
    .map((kind) => ({ kind, at: oldestOf(db, kind) }))
    .filter(({ at }) => at !== null)
    .sort((one, other) => rank(one.kind) - rank(other.kind) || Number(one.at) - Number(other.at));
  if (!oldest) return false;
  const { remove, removeFirst = remove } = oldest.kind;
  runAll(db, removeFirst, Number.MAX_SAFE_INTEGER);
  return true;
}

const rank = ({ whenFull }: Kept) => (whenFull === 'last' ? 1 : 0);

/** Gives free pages back to the disk, some at a time. */
export function giveBackPages(db: Db) {
  db.pragma('incremental_vacuum(500)');
}

function oldestOf(db: Db, { oldest }: Kept): number | null {
  return (prepareOnce(db)(oldest).pluck().get() as number | null | undefined) ?? null;
}

function removeBefore(db: Db, kind: Kept, before: number): boolean {
  const oldest = oldestOf(db, kind);
  if (oldest === null || oldest >= before) return false;
  runAll(db, kind.remove, before);
  return true;
}

function runAll(db: Db, statements: string[], before: number) {
  db.transaction(() => {
    for (const sql of statements) prepareOnce(db)(sql).run({ before });
  })();
}
