// A line of the log, as log.db keeps it and as it is searched.

/** `fields`: the other members of the line. Times are milliseconds since 1970. */
export type Line = {
  id: number;
  at: number;
  level: number;
  text: string;
  request_id: string | null;
  job: number | null;
  route: string | null;
  fields: Record<string, unknown>;
};

/** A line must match every part. */
export type LineFilter = {
  /** Each occurs in the text, the route or the other members, ignoring case. */
  words?: string[];
  /** The lowest level. */
  level?: number;
  request_id?: string;
  job?: number;
  since?: number;
};

/** The levels of kept lines, by the numbers that pino writes. */
export const levels = { info: 30, warn: 40, error: 50, fatal: 60 } as const;
/** The index of the matching lines, by the end of its name; null when all lines may match or must be read to find out. */
export function indexOf({ request_id, job, level }: LineFilter): 'request' | 'job' | 'error' | null {
  if (request_id !== undefined) return 'request';
  if (job !== undefined) return 'job';
  return level !== undefined && level >= levels.error ? 'error' : null;
}

export type LevelName = keyof typeof levels;

export function levelName(level: number): LevelName {
  const names = Object.keys(levels) as LevelName[];
  return names.findLast((name) => levels[name] <= level) ?? 'info';
}
