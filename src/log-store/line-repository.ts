// The lines of the log in log.db. Runs in the thread of the log store.
import { type Db, prepareOnce } from '../core/db/open.ts';
import { isObject } from '../core/json.ts';
import type { Line, LineFilter } from './line.ts';

/** Members that have a column, or that say nothing. */
const columns = ['level', 'time', 'pid', 'msg', 'request_id', 'number', 'route'];
/** A longer text keeps its beginning. */
const textMaxChars = 8000;

/** `lines`: JSON as pino writes it. One that is none is left out. */
export function addLines(db: Db, lines: string[]) {
  const insert = prepareOnce(db)(
    'INSERT INTO line (at, level, text, request_id, job, route, fields) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (const line of lines) {
    const given = parse(line);
    if (!given) continue;
    const { time, level, msg, request_id, number, route } = given;
    const others = Object.entries(given).filter(([name]) => !columns.includes(name));
    const fields = others.length > 0 ? JSON.stringify(Object.fromEntries(others)) : null;
    const job = Number.isInteger(number) ? number : null;
    insert.run(time, level, String(msg ?? ''), textOf(request_id), job, textOf(route), fields);
  }
}

/** How many lines there are; ids have no gaps. */
export function describeLines(db: Db): { lines: number; oldest_at: number | null; newest_id: number } {
  const sql = `
    SELECT coalesce((SELECT min(id) FROM line), 1) AS oldest, coalesce((SELECT max(id) FROM line), 0) AS newest_id,
      (SELECT at FROM line ORDER BY id LIMIT 1) AS oldest_at
  `;
  const { oldest, newest_id, oldest_at } = prepareOnce(db)(sql).get() as Ends;
  return { lines: newest_id - oldest + 1, oldest_at, newest_id };
}

type Ends = { oldest: number; newest_id: number; oldest_at: number | null };

/** The ids from `from` on and before `to` that may match. */
export function lineRange(db: Db, { since }: { since: number | undefined }): { from: number; to: number } {
  const { lines, newest_id } = describeLines(db);
  const to = newest_id + 1;
  const from = to - lines;
  return { from: since === undefined ? from : firstIdAt(db, since, { from, to }), to };
}

/** The lowest id of a line at `since` or later. Times rise with the ids, unless the clock was set back. */
function firstIdAt(db: Db, since: number, { from, to }: { from: number; to: number }): number {
  const timeOf = prepareOnce(db)('SELECT at FROM line WHERE id = ?').pluck();
  let [low, high] = [from, to];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (Number(timeOf.get(middle)) >= since) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `from` and `to`: the ids to look at. `isUp`: the oldest of them first. */
type Piece = { filter: LineFilter; from: number; to: number; isUp: boolean; limit: number };

/** The matching lines of some ids, the newest first, or the oldest if `isUp`. */
export function linesOf(db: Db, { filter, from, to, isUp, limit }: Piece): Line[] {
  const { where, values } = conditions(filter);
  const sql = `
    SELECT * FROM line ${indexFor(filter)} WHERE id >= @from AND id < @to AND ${where}
    ORDER BY id ${isUp ? 'ASC' : 'DESC'} LIMIT @limit
  `;
  const rows = prepareOnce(db)(sql).all({ ...values, from, to, limit }) as LineRow[];
  return rows.map((row) => ({ ...row, fields: JSON.parse(row.fields ?? '{}') }));
}

/** When a line was written; null when there is none with this id. */
export function lineTime(db: Db, { id }: { id: number }): number | null {
  return (prepareOnce(db)('SELECT at FROM line WHERE id = ?').pluck().get(id) as number | undefined) ?? null;
}

type LineRow = Omit<Line, 'fields'> & { fields: string | null };

/** Named, because the planner has no statistics. */
function indexFor({ request_id, job, level }: LineFilter): string {
  if (request_id !== undefined) return 'INDEXED BY line_request';
  if (job !== undefined) return 'INDEXED BY line_job';
  return level !== undefined && level >= 50 ? 'INDEXED BY line_error' : 'NOT INDEXED';
}

function conditions({ words = [], level, request_id, job, since }: LineFilter) {
  const where = ['1'];
  if (request_id !== undefined) where.push('request_id = @request_id');
  if (job !== undefined) where.push('job = @job');
  if (level !== undefined) where.push('level >= @level');
  if (level !== undefined && level >= 50) where.push('level >= 50');
  if (since !== undefined) where.push('at >= @since');
  const values: Record<string, unknown> = { request_id, job, level, since };
  for (const [at, word] of words.entries()) {
    values[`word${at}`] = containing(word);
    values[`json${at}`] = containing(JSON.stringify(word).slice(1, -1));
    const parts = [`text LIKE @word${at}`, `route LIKE @word${at}`, `fields LIKE @json${at}`];
    where.push(`(${parts.map((part) => `${part} ESCAPE '\\'`).join(' OR ')})`);
  }
  return { where: where.join(' AND '), values };
}

const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line, (_name, one) => (typeof one === 'string' ? clip(one) : one));
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function clip(text: string): string {
  if (text.length <= textMaxChars) return text;
  return `${text.slice(0, textMaxChars)}… (${text.length - textMaxChars} more characters)`;
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);
