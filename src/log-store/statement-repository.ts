// The statements of the server and of scripts, counted by hour, in log.db. Runs in the thread of the log store.
import { hash } from 'node:crypto';
import { type Db, prepareOnce } from '../core/db/open.ts';
import type { StatementCount } from './statement-counts.ts';

const hourMs = 3_600_000;

/** `at`: milliseconds since 1970. */
export type CountedStatements = { at: number; counts: StatementCount[] };

/** The counts of some time, of one statement. */
export type StatementTotals = Pick<StatementCount, 'calls' | 'total_us' | 'max_us' | 'slow'>;
export type SlowStatement = StatementTotals & Pick<StatementCount, 'database' | 'text'>;

export function addStatements(db: Db, items: CountedStatements[]) {
  const prepare = prepareOnce(db);
  const name = prepare('INSERT OR IGNORE INTO statement (hash, database, text) VALUES (?, ?, ?)');
  const add = prepare(`
    INSERT INTO statement_stat (hash, hour, calls, total_us, max_us, slow) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (hash, hour) DO UPDATE SET calls = calls + excluded.calls, slow = slow + excluded.slow,
      total_us = total_us + excluded.total_us, max_us = max(max_us, excluded.max_us)`);
  for (const { at, counts } of items) {
    const hour = Math.floor(at / hourMs) * hourMs;
    for (const { database, text, calls, total_us, max_us, slow } of counts) {
      const id = hashOf(database, text);
      name.run(id, database, text);
      add.run(id, hour, calls, total_us, max_us, slow);
    }
  }
}

/** The statements with slow calls in the hours that end after `since`, the most time first. */
export function slowStatements(db: Db, { since, limit }: { since: number; limit: number }): SlowStatement[] {
  const sql = `
    SELECT database, text, sum(calls) AS calls, sum(total_us) AS total_us, max(max_us) AS max_us, sum(slow) AS slow
    FROM statement_stat JOIN statement USING (hash) WHERE hour > ?
    GROUP BY hash HAVING sum(slow) > 0 ORDER BY total_us DESC, hash LIMIT ?`;
  return prepareOnce(db)(sql).all(since - hourMs, limit) as SlowStatement[];
}

/** Null when it has not run in the hours that end after `since`. */
export function countsOfStatement(
  db: Db,
  { database, text, since }: { database: string; text: string; since: number },
): StatementTotals | null {
  const sql = `
    SELECT sum(calls) AS calls, sum(total_us) AS total_us, max(max_us) AS max_us, sum(slow) AS slow
    FROM statement_stat WHERE hash = ? AND hour > ? HAVING count(*) > 0`;
  const given = [hashOf(database, text), since - hourMs];
  return (prepareOnce(db)(sql).get(...given) as StatementTotals | undefined) ?? null;
}

const hashOf = (database: string, text: string) => hash('sha256', `${database} ${text}`).slice(0, 32);
