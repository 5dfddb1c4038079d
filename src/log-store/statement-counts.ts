// How often the statements of a process have run, and for how long. The texts have no values: those that differ only in a
// quoted text are one statement.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { shorten } from '../core/shorten.ts';

/** `database`: `library`, `ops`, or `other` for a further file. `total_us`, `max_us`: in microseconds. `slow`: how many took
 *  at least the time of the setting. */
export type StatementCount = {
  database: string;
  text: string;
  calls: number;
  total_us: number;
  max_us: number;
  slow: number;
  rows: number;
};

type Settings = Pick<Config, 'databasePath' | 'opsDatabasePath' | 'slowStatementMs'>;

/** Between two calls of `take`; further ones are counted together. */
const maxTexts = 1000;
export const textMax = 1000;

export function createStatementCounts(config: Settings) {
  const files = new Map<string, Map<string, StatementCount>>();
  const counts = new Map<string, StatementCount>();
  let sources = 0;

  return {
    /** Returns the counts of this statement. */
    add(file: string, source: string, ms: number, rows: number | null): StatementCount {
      const count = files.get(file)?.get(source) ?? find(file, source);
      const us = Math.round(ms * 1000);
      count.calls += 1;
      count.total_us += us;
      count.rows += rows ?? 0;
      if (us > count.max_us) count.max_us = us;
      if (ms >= config.slowStatementMs) count.slow += 1;
      return count;
    },

    /** Everything since the last call. */
    take(): StatementCount[] {
      const taken = [...counts.values()];
      files.clear();
      counts.clear();
      sources = 0;
      return taken;
    },
  };

  function find(file: string, source: string): StatementCount {
    const database = nameOf(config, file);
    const isKept = sources < maxTexts;
    const text = isKept ? blank(source) : '(other statements)';
    const key = `${database} ${text}`;
    const count = counts.get(key) ?? { database, text, calls: 0, total_us: 0, max_us: 0, slow: 0, rows: 0 };
    counts.set(key, count);
    if (!isKept) return count;
    sources += 1;
    const known = files.get(file) ?? new Map<string, StatementCount>();
    files.set(file, known.set(source, count));
    return count;
  }
}

function nameOf({ databasePath, opsDatabasePath }: Settings, file: string): string {
  if (path.resolve(file) === databasePath) return 'library';
  return path.resolve(file) === opsDatabasePath ? 'ops' : 'other';
}

function blank(source: string): string {
  return shorten(
    source
      .replace(/'(?:[^']|'')*'/g, '?')
      .replace(/\s+/g, ' ')
      .trim(),
    textMax,
  );
}
