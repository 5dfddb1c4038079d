// Copies both databases before a newer version changes them.
import fs from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Config, version } from '../core/config.ts';
import { countMissing } from '../core/db/migrations.ts';
import { aloneBusyMs, type Db } from '../core/db/open.ts';
import { copyDatabase } from './copy-database.ts';
import { assertFree, sizeOf } from './free-space.ts';
import { readManifest } from './manifest.ts';
import { readCopy, writeDraft } from './set-draft.ts';
import { setFolder } from './set-files.ts';
import { countTables, readAuditHead, readRevision } from './set-repository.ts';

type Open = { ops: Db; library: Db };

/** Returns the id of the set; that of an earlier start, if nothing has changed since. Throws `disk_full` before it writes. */
export async function copyBeforeUpdate(config: Config, open: Open, now: Date): Promise<string> {
  const { id, isMade } = chooseId(config, open);
  if (isMade) return id;
  const files = [open.library, open.ops].flatMap(({ name }) => [name, `${name}-wal`]);
  const bytes = files.reduce((sum, file) => sum + sizeOf(file), 0);
  assertFree(config, bytes, 'A copy of both databases, without which no update begins,');
  await writeDraft(config, id, async (draft) => {
    await copyDatabase(open.library.name, draft.path('library.db'), { busyMs: aloneBusyMs });
    draft.add('library.db');
    await copyDatabase(open.ops.name, draft.path('ops.db'), { busyMs: aloneBusyMs });
    draft.add('ops.db');
    const note = `Before the update to version ${version}`;
    const noIndex = { index: null, model: null, dimension: null };
    return draft.finish({ made_at: now.toISOString(), job: null, note, ...noIndex });
  });
  return id;
}

/** A start that failed, and is tried again, needs no second copy. The newest set that fits is taken. */
function chooseId(config: Config, open: Open): { id: string; isMade: boolean } {
  let made: string | null = null;
  for (let number = 1; ; number++) {
    const id = number === 1 ? `before-${version}` : `before-${version}-${number}`;
    const folder = setFolder(config, id);
    if (!fs.existsSync(folder)) return { id: made ?? id, isMade: made !== null };
    if (isSame(folder, open)) made = id;
  }
}

/** Whether each database is as in the set, or only the update has changed it: one may be of this version when the other fails.
 *  A server that has started since has worked with both. Once ops.db is of this version, no later copy of it leads back, whatever
 *  another program has done to the library. */
function isSame(folder: string, { ops, library }: Open): boolean {
  const isUpdated = (db: Db, file: string, name: 'library' | 'ops') =>
    countMissing(db, name) === 0 && readCopy(path.join(folder, file), (copy) => countMissing(copy, name)) > 0;
  try {
    const { revision, counts, audit_head: head } = readManifest(folder);
    const presentLibrary = { revision: readRevision(library), rows: countTables(library) };
    const presentOps = { head: readAuditHead(ops), rows: countTables(ops) };
    const isStarted = (presentOps.rows.server_start ?? 0) > (counts.ops.server_start ?? 0);
    return (
      !isStarted &&
      (isUpdated(ops, 'ops.db', 'ops') ||
        (isDeepStrictEqual(presentOps, { head, rows: counts.ops }) &&
          (isDeepStrictEqual(presentLibrary, { revision, rows: counts.library }) ||
            isUpdated(library, 'library.db', 'library'))))
    );
  } catch {
    return false;
  }
}
