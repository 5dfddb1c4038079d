// Requests and jobs that were kept, with the parts of those that were traced, in log.db. Runs in the thread of the log store.
import { type Db, prepareOnce } from '../core/db/open.ts';
import type { Span } from '../core/trace.ts';

/** `calls`: more than one for a statement of a script, whose calls are counted together. */
export type KeptSpan = Span & { calls: number };

/** `job`: a job, whose `id` is `job-12`. A failed one is `failed` even if it was slow. */
export const keptReasons = ['failed', 'slow', 'sampled', 'job'] as const;
export type KeptBecause = (typeof keptReasons)[number];

export type KeptTrace = {
  id: string;
  /** The time of its start, in milliseconds since 1970. */
  at: number;
  /** Null for a job. */
  method: string | null;
  /** The pattern of its route, or the operation of a job. */
  route: string;
  /** Path and query, without secrets; null for a job. */
  address: string | null;
  status: number | null;
  ms: number;
  kept: KeptBecause;
  /** Whether its parts were measured. */
  is_traced: boolean;
  /** Parts beyond the limit. */
  left_out: number;
  /** The trace that other programs know, and the part of it that asked this server. */
  trace_id: string | null;
  parent_id: string | null;
  actor: string | null;
  /** Of the answer. */
  bytes: number | null;
  job: number | null;
};

export type WholeTrace = KeptTrace & { spans: KeptSpan[] };

/** `after`: the last one of the page before. */
export type TraceQuery = {
  only: 'all' | 'bad';
  route?: string | undefined;
  method?: string | undefined;
  after?: Pick<KeptTrace, 'at' | 'id'> | undefined;
  limit: number;
};

const columns =
  'id, at, method, route, address, status, ms, kept, is_traced, left_out, trace_id, parent_id, actor, bytes, job';

/** One with the id of an earlier one takes its place. */
export function addTraces(db: Db, traces: WholeTrace[]) {
  const prepare = prepareOnce(db);
  const named = columns.split(', ').map((name) => `@${name}`);
  const add = prepare(`INSERT OR REPLACE INTO trace (${columns}) VALUES (${named.join(', ')})`);
  const drop = prepare('DELETE FROM span WHERE trace = ?');
  const addSpan = prepare(
    'INSERT INTO span (trace, n, parent, kind, name, start_us, us, rows, calls) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  );
  for (const { spans, ...trace } of traces) {
    drop.run(trace.id);
    add.run({ ...trace, is_traced: Number(trace.is_traced) });
    for (const { n, parent, kind, name, start_us, us, rows, calls } of spans)
      addSpan.run(trace.id, n, parent, kind, name, start_us, us, rows, calls);
  }
}

export function findTrace(db: Db, { id }: { id: string }): WholeTrace | null {
  const prepare = prepareOnce(db);
  const row = prepare(`SELECT ${columns} FROM trace WHERE id = ?`).get(id) as TraceRow | undefined;
  const sql = 'SELECT n, parent, kind, name, start_us, us, rows, calls FROM span WHERE trace = ? ORDER BY n';
  return row ? { ...toTrace(row), spans: prepare(sql).all(id) as KeptSpan[] } : null;
}

/** The newest requests first. `bad`: those that were slow or failed. */
export function listTraces(db: Db, { only, route, method, after, limit }: TraceQuery): KeptTrace[] {
  const conditions = [
    only === 'bad' ? `kept IN ('slow', 'failed')` : `kept <> 'job'`,
    ...(route === undefined ? [] : ['route = @route']),
    ...(method === undefined ? [] : ['method = @method']),
    ...(after === undefined ? [] : ['(at, id) < (@at, @id)']),
  ];
  const sql = `SELECT ${columns} FROM trace WHERE ${conditions.join(' AND ')} ORDER BY at DESC, id DESC LIMIT @limit`;
  return (prepareOnce(db)(sql).all({ route, method, ...after, limit }) as TraceRow[]).map(toTrace);
}

type TraceRow = Omit<KeptTrace, 'is_traced'> & { is_traced: number };

const toTrace = (row: TraceRow): KeptTrace => ({ ...row, is_traced: row.is_traced === 1 });
