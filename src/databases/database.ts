// The two databases of an installation, by the names that people and programs give them.
import path from 'node:path';
import type { Config } from '../core/config.ts';

export const databaseNames = ['library', 'ops'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** `check` reads only; the others write the file anew, a part of it, or what SQLite knows about it. */
export const databaseActions = ['check', 'analyze', 'reindex', 'vacuum'] as const;
export type DatabaseAction = (typeof databaseActions)[number];

/** The arguments of a job, complete. */
export type DatabaseArguments = { database: DatabaseName; do: DatabaseAction; quick: boolean };

type Paths = Pick<Config, 'databasePath' | 'opsDatabasePath'>;

export function fileOf({ databasePath, opsDatabasePath }: Paths, name: DatabaseName): string {
  return name === 'library' ? databasePath : opsDatabasePath;
}

/** Its name in texts: `chl.db`. */
export function fileNameOf(config: Paths, name: DatabaseName): string {
  return path.basename(fileOf(config, name));
}
