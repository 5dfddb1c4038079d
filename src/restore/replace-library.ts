// Puts back the file of the library from a backup while no server runs: the way back from a library too damaged for the
// operation restore, which needs to read and write it. The replaced file stays beside.
import fs from 'node:fs';
import { readKnown } from '../backup-store/known.ts';
import { readRevision } from '../backup-store/set-repository.ts';
import { createAudit, type Requester } from '../core/audit.ts';
import { createBus } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import { countMissing, isNewer } from '../core/db/migrations.ts';
import { aloneBusyMs, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { explain } from '../core/faults.ts';
import { createRedactor } from '../core/redaction.ts';
import { dropChangeRecord } from '../library/change-record-repository.ts';
import { copyFromBackup } from './copy-from-backup.ts';
import { raiseRevision } from './database-repository.ts';
import { replaceDatabase } from './replace-database.ts';

type Given = {
  config: Config;
  /** The id of a set, or of a copy before an import. */
  backup: string;
  by: Requester;
  now: () => Date;
};

/** `kept`: the name of the replaced file; null when there was none. `unrecorded`: why the audit log has no row of it. */
export type ReplacedLibrary = {
  backup: string;
  made_at: string;
  kept: string | null;
  unrecorded: string | null;
};

/** Expects that this process holds the data root. Throws `bad_input` for a backup that cannot be used, and the refusals of
 *  `replaceDatabase`. */
export async function replaceLibrary(given: Given): Promise<ReplacedLibrary> {
  const { config, backup, now } = given;
  const { databasePath: file, root } = config;
  const replacement = { root, command: 'restore-library', now: now(), outdated: [] };
  const replaced = await replaceDatabase(file, replacement, async ({ copy, kept }) => {
    const known = orNull(() => readKnown(config, backup));
    const made_at = await copyFromBackup(config, { backup, known }, 'library.db', copy);
    prepareCopy(copy, orNull(() => readPresentRevision(file)) ?? 0);
    return { backup, made_at, kept };
  });
  return { ...replaced, unrecorded: record(given, replaced) };
}

/** Null when the database is too damaged. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

/** Opened as a writer, which leaves no log beside the file. */
function readPresentRevision(file: string): number {
  if (!fs.existsSync(file)) return 0;
  const library = openDatabase(file, { busyMs: scriptBusyMs });
  try {
    return readRevision(library);
  } finally {
    library.close();
  }
}

function prepareCopy(copy: string, replacedRevision: number) {
  const library = openDatabase(copy, { busyMs: scriptBusyMs });
  try {
    dropChangeRecord(library);
    raiseRevision(library, replacedRevision);
  } finally {
    library.close();
  }
}

/** Returns why there is no row; null when there is one. The library is restored in any case. */
function record({ config, by, now, backup }: Given, detail: Record<string, unknown>): string | null {
  const file = config.opsDatabasePath;
  if (!fs.existsSync(file)) return `${file} is missing.`;
  try {
    const ops = openDatabase(file, { busyMs: aloneBusyMs });
    try {
      if (isNewer(ops, 'ops') || countMissing(ops, 'ops') > 0) return `${file} is of another version.`;
      const audit = createAudit(ops, now, createRedactor(config), createBus(), () => {});
      audit.record({ event: 'library.restored', outcome: 'ok', by, target: `backup:${backup}`, detail });
      audit.close();
      return null;
    } finally {
      ops.close();
    }
  } catch (error) {
    return explain(error, file);
  }
}
