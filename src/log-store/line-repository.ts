// The lines of the log in log.db. Runs in the thread of the log store.
import { type Db, prepareOnce } from '../core/db/open.ts';
import { containing, containingInJson, like } from '../core/db/word-search.ts';
import { isObject } from '../core/json.ts';
import { indexOf, type Line, type LineFilter, levels } from './line.ts';
import { placeOf } from './place.ts';

/** Members that have a column, or that say nothing. */
const columns = ['level', 'time', 'pid', 'msg', 'request_id', 'number', 'route', 'work'];
/** A longer text keeps its beginning. */
const textMaxChars = 8000;

/** `lines`: JSON as pino writes it. One that is none is left out. */
export function addLines(db: Db, lines: string[]) {
  const insert = prepareOnce(db)(
    'INSERT INTO line (at, level, text, request_id, job, route, fields) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  let added = 0;
  for (const line of lines) {
    const given = parse(line);
    if (!given) continue;
    const { time, level, msg, request_id, number } = given;
    const others = Object.entries(given).filter(([name]) => !columns.includes(name));
    const fields = others.length > 0 ? JSON.stringify(Object.fromEntries(others)) : null;
    const job = Number.isInteger(number) ? number : null;
    insert.run(time, level, String(msg ?? ''), textOf(request_id), job, placeOf(given), fields);
    added += 1;
  }
  prepareOnce(db)('UPDATE file SET lines = lines + ?').run(added);
}

/** The number of lines is counted as they come and go. */
export function describeLines(db: Db): { lines: number; oldest_at: number | null; newest_id: number } {
  const sql = `
    SELECT lines, (SELECT min(at) FROM line) AS oldest_at, coalesce((SELECT max(id) FROM line), 0) AS newest_id FROM file
  `;
  return prepareOnce(db)(sql).get() as ReturnType<typeof describeLines>;
}

/** The ids from `from` on and before `to` that may match. */
export function lineRange(db: Db, { since }: { since: number | undefined }): { from: number; to: number } {
  const first = prepareOnce(db)('SELECT id, at FROM line ORDER BY id LIMIT 1').get() as LineStart | undefined;
  const to = describeLines(db).newest_id + 1;
  if (since === undefined || !first || first.at >= since) return { from: first?.id ?? to, to };
  return { from: firstIdSince(db, since) ?? to, to };
}

type LineStart = Pick<Line, 'id' | 'at'>;

/** Times rise with the ids only while nobody sets the clock, so each line since then is looked at. */
function firstIdSince(db: Db, since: number): number | null {
  const sql = 'SELECT min(id) FROM line INDEXED BY line_at WHERE at >= ?';
  return prepareOnce(db)(sql).pluck().get(since) as number | null;
}

/** `from` and `to`: the ids to look at. `isUp`: the oldest of them first. */
type Piece = { filter: LineFilter; from: number; to: number; isUp: boolean; limit: number };

/** The matching lines of some ids, the newest first, or the oldest if `isUp`. */
export function linesOf(db: Db, { filter, from, to, isUp, limit }: Piece): Line[] {
  const { where, values } = conditions(filter);
  const sql = `
    SELECT * FROM line ${useIndex(filter)} WHERE id >= @from AND id < @to AND ${where}
    ORDER BY id ${isUp ? 'ASC' : 'DESC'} LIMIT @limit
  `;
  const rows = prepareOnce(db)(sql).all({ ...values, from, to, limit }) as LineRow[];
  return rows.map((row) => ({ ...row, fields: JSON.parse(row.fields ?? '{}') }));
}

/** The time of the first line from this id on; null when there is none. */
export function lineTime(db: Db, { id }: { id: number }): number | null {
  return (
    (prepareOnce(db)('SELECT at FROM line WHERE id >= ? ORDER BY id LIMIT 1').pluck().get(id) as
      | number
      | undefined) ?? null
  );
}

type LineRow = Omit<Line, 'fields'> & { fields: string | null };

/** Named, because the planner has no statistics. */
function useIndex(filter: LineFilter): string {
  const index = indexOf(filter);
  return index === null ? 'NOT INDEXED' : `INDEXED BY line_${index}`;
}

function conditions(filter: LineFilter) {
  const { words = [], level, request_id, job, since } = filter;
  const where = ['1'];
  if (request_id !== undefined) where.push('request_id = @request_id');
  if (job !== undefined) where.push('job = @job');
  if (level !== undefined) where.push('level >= @level');
  // SQLite uses a partial index only for a query with its condition.
  if (indexOf(filter) === 'error') where.push(`level >= ${levels.error}`);
  if (since !== undefined) where.push('at >= @since');
  const values: Record<string, unknown> = { request_id, job, level, since };
  for (const [at, word] of words.entries()) {
    values[`word${at}`] = containing(word);
    values[`json${at}`] = containingInJson(word);
    const parts = [like('text', `word${at}`), like('route', `word${at}`), like('fields', `json${at}`)];
    where.push(`(${parts.join(' OR ')})`);
  }
  return { where: where.join(' AND '), values };
}

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
