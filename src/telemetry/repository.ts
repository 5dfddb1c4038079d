// Statements on samples in ops.db: every sample for a day, folded to five minutes for thirty days. Gaps stay gaps.
import type { Db } from '../core/db/open.ts';
import { type MetricName, metricNames, metrics, type Sample } from '../core/db/metrics.ts';

/** A step of a series; `at` in seconds since 1970. Only levels have a minimum and a maximum. */
export type Point = { at: number; value: number; min: number | null; max: number | null };
type Range = { from: number; until: number; stepSec: number };

export type Samples = ReturnType<typeof createSampleRepository>;

export const keptSec = 86_400;
export const rollupSec = 300;
const rollupKeptSec = 30 * 86_400;
/** The most rows removed with one sample: a large deletion after a long pause would block. */
const prunedAtOnce = 100;

export function createSampleRepository(ops: Db) {
  const names = metricNames.join(', ');
  const insert = ops.prepare(
    `INSERT OR REPLACE INTO sample (at, ${names}) VALUES (@at, ${metricNames.map((name) => `@${name}`).join(', ')})`,
  );
  const latest = ops.prepare('SELECT * FROM sample ORDER BY at DESC LIMIT 1');
  const newestRollup = ops.prepare('SELECT max(at) FROM sample_rollup WHERE at < ?').pluck();
  const rollups = ['avg', 'min', 'max'].map((part) =>
    ops.prepare(`
      INSERT OR REPLACE INTO sample_rollup (at, part, ${names})
      SELECT at / ${rollupSec} * ${rollupSec} AS slot, '${part}', ${metricNames.map((name) => foldOf(name, part)).join(', ')}
      FROM sample WHERE at >= @from AND at < @until GROUP BY slot${part === 'avg' ? ' HAVING max(at)' : ''}
    `),
  );
  // Samples in the future were written before the clock was set back.
  const prunes = [
    ops.prepare(prune('sample', `at < @now - ${keptSec}`)),
    ops.prepare(prune('sample', `at > @now + ${rollupSec}`)),
    ops.prepare(prune('sample_rollup', `at < @now - ${rollupKeptSec}`)),
    ops.prepare(prune('sample_rollup', `at > @now + ${rollupSec}`)),
  ];
  const series = new Map(metricNames.map((name) => [name, ops.prepare(seriesOf(name))]));

  return {
    /** Writes samples, folds complete slots and removes old rows, in one short transaction. */
    write(samples: Sample[]) {
      const now = samples.at(-1)?.at;
      if (now === undefined) return;
      ops
        .transaction(() => {
          for (const each of samples) insert.run(each);
          rollUp(now);
          for (const statement of prunes) statement.run({ now });
        })
        .immediate();
    },

    latest: () => (latest.get() as Sample | undefined) ?? null,

    /** Steps of `stepSec` that begin from `from` until before `until` (seconds); steps without a sample are left out.
     *  Multiples of `rollupSec` are read from the folds, and only their newest end from samples; shorter steps reach back
     *  a day. */
    series(name: MetricName, { from, until, stepSec }: Range): Point[] {
      const newest = stepSec < rollupSec ? null : (newestRollup.get(until) as number | null);
      const split = newest === null ? from : Math.max(from, newest + rollupSec);
      const rows = series.get(name)?.all({ from, until, split, step: stepSec }) as (Point & {
        slot: number;
      })[];
      return rows.map(({ slot, value, min, max }) => ({ at: slot, value, min, max }));
    },
  };

  /** Folds the slots that have ended since the last fold; normally none or one. */
  function rollUp(now: number) {
    const newest = newestRollup.get(now + 1) as number | null;
    const from = newest === null ? now - keptSec : newest + rollupSec;
    const until = Math.floor(now / rollupSec) * rollupSec;
    if (from < until) for (const statement of rollups) statement.run({ from, until });
  }
}

/** The value of a metric in a row of that part. A bare column is that of the newest row, because of the `max(at)`. */
function foldOf(name: MetricName, part: string): string {
  const { fold } = metrics[name];
  if (fold === 'level') return `round(${part}(${name}), 3)`;
  if (part !== 'avg') return 'NULL';
  return fold === 'count' ? `sum(${name})` : name;
}

function seriesOf(name: MetricName): string {
  const folded = {
    level: 'round(avg(value), 3) AS value, min(low) AS min, max(high) AS max',
    count: 'sum(value) AS value, NULL AS min, NULL AS max',
    state: 'value, NULL AS min, NULL AS max, max(at)',
  }[metrics[name].fold];
  return `
    SELECT at - at % @step AS slot, ${folded} FROM (
      SELECT at, ${name} AS value, ${name} AS low, ${name} AS high FROM sample
      WHERE at >= @split AND at < @until AND ${name} IS NOT NULL
      UNION ALL
      SELECT at, iif(part = 'avg', ${name}, NULL), ${name}, ${name} FROM sample_rollup
      WHERE at >= @from AND at < min(@split, @until) AND ${name} IS NOT NULL
    ) GROUP BY slot ORDER BY slot`;
}

function prune(table: string, condition: string): string {
  return `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${condition} LIMIT ${prunedAtOnce})`;
}
