// Reads the audit log from ops.db. Rows are never removed, so their ids have no gaps, and the last id is their number.
import { ownRows } from '../core/db/audit-chain.ts';
import { type Db, prepareOnce } from '../core/db/open.ts';
import { containing, containingInJson, like } from '../core/db/word-search.ts';
import type { AuditFilter } from './audit-filter.ts';
import { type AuditRow, type Outcome, parseRow, type StoredRow } from './audit-row.ts';

export type AuditRepository = ReturnType<typeof createAuditRepository>;

/** Rows with an id from `from` on and before `to`. */
type Piece = { from: number; to: number; isUp: boolean; limit: number };

const columns = 'id, at, actor, event, target, outcome, reason, detail, peer, request_id, hash';

const eventsOfAll = `
  WITH RECURSIVE known (event) AS (
    SELECT min(event) FROM audit
    UNION ALL
    SELECT (SELECT min(event) FROM audit WHERE event > known.event) FROM known WHERE event IS NOT NULL
  )
  SELECT event FROM known WHERE event IS NOT NULL
`;

export function createAuditRepository(ops: Db) {
  const prepare = prepareOnce(ops);
  const readOne = (sql: string, ...values: unknown[]) => {
    const row = prepare(`SELECT ${columns} FROM audit ${sql} LIMIT 1`).get(...values);
    return row === undefined ? null : parseRow(row as StoredRow);
  };
  const newestId = () =>
    prepare(`SELECT coalesce(max(id), 0) FROM audit WHERE ${ownRows}`).pluck().get() as number;

  return {
    newestId,
    find: (id: number): AuditRow | null => readOne('WHERE id = ?', id),
    newest: (): AuditRow | null => readOne(`WHERE ${ownRows} ORDER BY id DESC`),
    oldest: (): AuditRow | null => readOne(`WHERE ${ownRows} ORDER BY id`),

    /** The lowest id with a time from `at` on; one more than the last id without one. Times rise with the ids, unless the
     *  clock of this machine was set back. */
    firstIdAt(at: string): number {
      let [low, high] = [1, newestId() + 1];
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const row = readOne('WHERE id >= ? ORDER BY id', middle);
        if (row === null || row.at >= at) high = middle;
        else low = row.id + 1;
      }
      return low;
    },

    hasEvent: (event: string): boolean =>
      prepare('SELECT 1 FROM audit WHERE event = ? LIMIT 1').get(event) !== undefined,

    /** The events of all rows, each found by one step in the index. */
    events: (): string[] => prepare(eventsOfAll).pluck().all() as string[],

    /** Rows with that outcome, up to one more than `max`. */
    countOutcome: (outcome: Exclude<Outcome, 'ok'>, max: number): number =>
      prepare(`
        SELECT count(*) FROM (SELECT 1 FROM audit WHERE outcome <> 'ok' AND outcome = ? LIMIT ?)
      `)
        .pluck()
        .get(outcome, max + 1) as number,

    /** Counts the rows of an event from that id on, up to `max` and one more. */
    countEvents: (event: string, fromId: number, max: number): number =>
      prepare('SELECT count(*) FROM (SELECT 1 FROM audit WHERE event = ? AND id >= ? LIMIT ?)')
        .pluck()
        .get(event, fromId, max + 1) as number,

    /** The matching rows of a piece, newest first, or oldest first if `isUp`. */
    piece(filter: AuditFilter, { from, to, isUp, limit }: Piece): AuditRow[] {
      const { where, values } = conditions(filter);
      const sql = `
        SELECT ${columns} FROM audit ${indexFor(filter)} WHERE id >= @from AND id < @to AND ${where}
        ORDER BY id ${isUp ? 'ASC' : 'DESC'} LIMIT @limit
      `;
      return prepare(sql)
        .all({ ...values, from, to, limit })
        .map((row) => parseRow(row as StoredRow));
    },
  };
}

/** Named, because the planner has no statistics and would sort instead. */
function indexFor({ target, events, outcome }: AuditFilter): string {
  if (target !== undefined) return 'INDEXED BY audit_target';
  if (events !== undefined) return 'INDEXED BY audit_event';
  return outcome === undefined || outcome === 'ok' ? 'NOT INDEXED' : 'INDEXED BY audit_trouble';
}

function conditions({ events, actor, outcome, target, words = [], since, until }: AuditFilter) {
  const where = ['1'];
  if (target !== undefined) where.push('target = @target');
  if (events?.length === 1) where.push('event = @event');
  if (events && events.length !== 1) where.push('event IN (SELECT value FROM json_each(@events))');
  if (outcome !== undefined) where.push('outcome = @outcome');
  if (outcome !== undefined && outcome !== 'ok') where.push(`outcome <> 'ok'`);
  if (actor !== undefined)
    where.push(`(actor = @actor OR substr(actor, 1, length(@actor) + 2) = @actor || ' (')`);
  if (since !== undefined) where.push('at >= @since');
  if (until !== undefined) where.push('at < @until');
  const [event] = events ?? [];
  const values: Record<string, unknown> = { target, event, outcome, actor, since, until };
  values.events = JSON.stringify(events ?? []);
  for (const [at, word] of words.entries()) {
    values[`word${at}`] = containing(word);
    values[`json${at}`] = containingInJson(word);
    where.push(
      `(${like('reason', `word${at}`)} OR ${like('target', `word${at}`)} OR ${like('detail', `json${at}`)})`,
    );
  }
  return { where: where.join(' AND '), values };
}
