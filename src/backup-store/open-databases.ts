// Opens both databases and brings them to this version. The first start of a newer version copies both before it changes them.
import type { Config } from '../core/config.ts';
import { migrateLibrary, openLibrary } from '../core/db/library.ts';
import { applyMigrations, countMissing, listMigrations } from '../core/db/migrations.ts';
import type { Db } from '../core/db/open.ts';
import { openOps } from '../core/db/ops.ts';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { copyBeforeUpdate } from './copy-before-update.ts';
import { refuseNested } from './refuse-nested.ts';
import { setFolder } from './set-files.ts';

/** `isNew`: this start has made the library. */
export type Databases = { ops: Db; library: Db; isNew: boolean };
type Given = { log: Pick<Log, 'info'>; now?: () => Date };

/** Throws `config` with the way back when a database cannot be brought to this version, or for a folder of backups that
 *  cannot be used, `disk_full` without room for copies. */
export async function openDatabases(
  config: Config,
  { log, now = () => new Date() }: Given,
): Promise<Databases> {
  refuseNested(config);
  const ops = openOps(config.opsDatabasePath);
  try {
    const { library, isNew } = openLibrary(config.databasePath);
    try {
      const databases = { ops, library, isNew };
      const copy = isUpdate(databases) ? await copyBeforeUpdate(config, databases, now()) : null;
      if (copy !== null) log.info({ backup: copy }, 'both databases were copied before the update');
      migrate(config, databases, copy);
      return databases;
    } catch (error) {
      library.close();
      throw error;
    }
  } catch (error) {
    ops.close();
    throw error;
  }
}

/** A new ops.db is a first installation, also beside a library of another CHL program. */
function isUpdate({ ops, library, isNew }: Databases): boolean {
  if (isNew || !listMigrations(ops, 'ops').some((one) => one.is_applied)) return false;
  return countMissing(ops, 'ops') > 0 || countMissing(library, 'library') > 0;
}

function migrate(config: Config, { ops, library }: Databases, copy: string | null) {
  try {
    applyMigrations(ops, 'ops');
    migrateLibrary(library);
  } catch (error) {
    if (copy === null || !(error instanceof AppError)) throw error;
    throw new AppError(error.code, `${error.message} ${wayBack(config, copy)}`, error.details, {
      cause: error,
    });
  }
}

function wayBack(config: Config, copy: string): string {
  const { databasePath, opsDatabasePath } = config;
  return `Both databases as they were before the update are in ${setFolder(config, copy)}. To go back, move ${databasePath} and ${opsDatabasePath} away together with their -wal and -shm files, put library.db and ops.db from there in their places, and start the earlier version.`;
}
