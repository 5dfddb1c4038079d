// The databases of an installation, by the names that people and programs give them.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { logFileOf } from '../log-store/log-place.ts';

/** Those that cannot be made again. */
export const lastingNames = ['library', 'ops'] as const;
export const databaseNames = [...lastingNames, 'log'] as const;
export type DatabaseName = (typeof databaseNames)[number];

/** `check` reads only; the others write the file anew, a part of it, or what SQLite knows about it. */
export const databaseActions = ['check', 'analyze', 'reindex', 'vacuum'] as const;
export type DatabaseAction = (typeof databaseActions)[number];

/** The arguments of a job, complete. */
export type DatabaseArguments = { database: DatabaseName; do: DatabaseAction; quick: boolean };

type Paths = Pick<Config, 'databasePath' | 'opsDatabasePath' | 'root'>;

export function fileOf({ databasePath, opsDatabasePath, root }: Paths, name: DatabaseName): string {
  return { library: databasePath, ops: opsDatabasePath, log: logFileOf(root) }[name];
}

/** Its name in texts: `chl.db`. */
export function fileNameOf(config: Paths, name: DatabaseName): string {
  return path.basename(fileOf(config, name));
}
