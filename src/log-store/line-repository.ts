// The lines of the log in log.db. Runs in the thread of the log store.
import { type Db, prepareOnce } from '../core/db/open.ts';
import { isObject } from '../core/json.ts';

/** A line as pages show it. `fields`: what else the line says. */
export type Line = {
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  level: number;
  text: string;
  request_id: string | null;
  job: number | null;
  route: string | null;
  fields: Record<string, unknown>;
};

/** Members that have a column, or that say nothing. */
const columns = ['level', 'time', 'pid', 'msg', 'request_id', 'number', 'route'];

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
    insert.run(time, level, msg ?? '', request_id ?? null, number ?? null, route ?? null, fields);
  }
}

export function newestLines(db: Db, { limit }: { limit: number }): Line[] {
  const rows = prepareOnce(db)('SELECT * FROM line ORDER BY id DESC LIMIT ?').all(limit) as LineRow[];
  return rows.map((row) => ({ ...row, fields: JSON.parse(row.fields ?? '{}') }));
}

type LineRow = Omit<Line, 'fields'> & { fields: string | null };

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}
