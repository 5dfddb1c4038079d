// The counters that triggers keep beside the rows they count, compared with those rows, and corrected.
import type { Db } from '../core/db/open.ts';

/** `name`: the counter, such as `experiences_pending` or `jobs: import, failed`. */
type Drift = { name: string; stored: number; counted: number; keys?: Record<string, string | number> };

export type Counters = {
  /** How many counters there are. Reads a snapshot, and lets others write. */
  compare(): { counters: number; drifted: Drift[] };
  /** Counts the drifted ones again and stores the result, in one transaction. `beforeCommit` may throw. */
  correct(drifted: Drift[], beforeCommit: () => void): void;
};

const kinds = { experiences: 'experiences', manuals: 'category_manuals' } as const;

const ofLibrary = Object.entries(kinds).flatMap(([name, table]) => [
  { name, sql: `SELECT count(*) FROM ${table}` },
  ...['pending', 'failed'].map((status) => ({
    name: `${name}_${status}`,
    sql: `SELECT count(*) FROM ${table} WHERE embedding_status = '${status}'`,
  })),
]);

/** The entries of the library, of which those that wait and that have failed. */
export function libraryCounters(library: Db): Counters {
  const fields = ofLibrary.flatMap(({ name, sql }) => [
    `${name} AS "${name}"`,
    `(${sql}) AS "counted ${name}"`,
  ]);
  const both = library.prepare(`SELECT ${fields.join(', ')} FROM ops_library_state`);
  return {
    compare() {
      const row = both.get() as Record<string, number>;
      const all = ofLibrary.map(({ name }) => ({
        name,
        stored: Number(row[name]),
        counted: Number(row[`counted ${name}`]),
      }));
      return { counters: all.length, drifted: all.filter(({ stored, counted }) => stored !== counted) };
    },

    correct(drifted, beforeCommit) {
      const wrong = ofLibrary.filter((counter) => drifted.some(({ name }) => name === counter.name));
      const sets = wrong.map(({ name, sql }) => `${name} = (${sql})`);
      const pending = `experiences_pending + manuals_pending`;
      library
        .transaction(() => {
          library.exec(`UPDATE ops_library_state SET ${sets.join(', ')}`);
          library.exec(`
            UPDATE ops_library_state SET pending_since = strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
            WHERE ${pending} > 0 AND pending_since IS NULL
          `);
          beforeCommit();
        })
        .immediate();
    },
  };
}

/** A table of counters: one for each value of its keys. `keys` are the expressions that give them from a row of `of`. */
type CounterTable = {
  table: string;
  count: string;
  of: string;
  keys: { column: string; expression: string }[];
  /** Finds the rows of one counter by an index. */
  where: string;
  /** Its triggers remove a counter at zero. */
  dropsZero: boolean;
};

const jobKeys = [
  { column: 'operation', expression: 'operation' },
  { column: 'status', expression: 'status' },
];

const tables: CounterTable[] = [
  {
    table: 'job_count',
    count: 'jobs',
    of: 'job',
    keys: jobKeys,
    where: 'operation = @operation AND status = @status',
    dropsZero: false,
  },
  {
    table: 'job_hour',
    count: 'jobs',
    of: 'job',
    keys: [{ column: 'hour', expression: 'substr(created_at, 1, 13)' }, ...jobKeys],
    where: `created_at >= @hour AND created_at < @hour || '~' AND operation = @operation AND status = @status`,
    dropsZero: true,
  },
  {
    table: 'job_row_count',
    count: 'rows',
    of: 'job_row',
    keys: [
      { column: 'job_id', expression: 'job_id' },
      { column: 'outcome', expression: 'outcome' },
    ],
    where: 'job_id = @job_id AND outcome = @outcome',
    dropsZero: true,
  },
];

/** The jobs by operation, status and hour, and the result rows of each job. */
export function opsCounters(ops: Db): Counters {
  const all = tables.map((table) => ({ table, ...prepare(ops, table) }));
  return {
    compare: () => ({
      counters: all.reduce((sum, { total }) => sum + total(), 0),
      drifted: all.flatMap(({ differences }) => differences()),
    }),

    correct(drifted, beforeCommit) {
      ops
        .transaction(() => {
          for (const drift of drifted)
            for (const { table, correct } of all) if (isOf(table, drift)) correct(drift);
          beforeCommit();
        })
        .immediate();
    },
  };
}

function prepare(db: Db, { table, count, of, keys, where, dropsZero }: CounterTable) {
  const columns = keys.map(({ column }) => column);
  const list = columns.join(', ');
  const counted = `
    SELECT ${keys.map(({ column, expression }) => `${expression} AS ${column}`).join(', ')}, count(*) AS counted
    FROM ${of} GROUP BY ${columns.map((_, at) => at + 1).join(', ')}
  `;
  const total = db.prepare(`SELECT count(*) FROM ${table}`).pluck();
  const different = db.prepare(`
    SELECT ${list}, coalesce(${count}, 0) AS stored, coalesce(counted, 0) AS counted
    FROM ${table} FULL OUTER JOIN (${counted}) USING (${list})
    WHERE coalesce(${count}, 0) <> coalesce(counted, 0) ORDER BY ${list}
  `);
  const put = db.prepare(`
    INSERT INTO ${table} (${list}, ${count})
    VALUES (${columns.map((column) => `@${column}`).join(', ')}, (SELECT count(*) FROM ${of} WHERE ${where}))
    ON CONFLICT (${list}) DO UPDATE SET ${count} = excluded.${count}
  `);
  const drop = db.prepare(
    `DELETE FROM ${table} WHERE ${columns.map((column) => `${column} = @${column}`).join(' AND ')} AND ${count} = 0`,
  );
  return {
    total: () => total.get() as number,
    differences: () =>
      (different.all() as Record<string, string | number>[]).map(({ stored, counted: found, ...values }) => ({
        name: `${table}: ${columns.map((column) => values[column]).join(', ')}`,
        stored: Number(stored),
        counted: Number(found),
        keys: values,
      })),
    correct({ keys: values = {} }: Drift) {
      put.run(values);
      if (dropsZero) drop.run(values);
    },
  };
}

function isOf({ table }: CounterTable, { name }: Drift): boolean {
  return name.startsWith(`${table}:`);
}
