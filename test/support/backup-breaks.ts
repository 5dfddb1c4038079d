// Ways to break the backups. The one that is proven comes from `addProvenBackup`, which each server needs first.
import fs from 'node:fs';
import path from 'node:path';
import type { Backup } from '../../src/backup-store/backup.ts';
import { setFolder } from '../../src/backup-store/set-files.ts';
import type { TestApp } from './app.ts';
import { type Break, changeable, threshold } from './break.ts';
import { makeSet } from './sets.ts';
import { newYear } from './schedule-breaks.ts';

const check = 'backups';
const component = 'backup';

/** A note of every server whose backups are on the disk of its data, as those of a test are. */
export const sameDisk = 'The backups are on the disk of the data';

/** Returns the row, of a set that was made and proven just now. */
export async function addProvenBackup(app: TestApp): Promise<Backup> {
  const at = new Date().toISOString();
  const id = `${at.replace(/[-:]|\.\d+/g, '')}-7`;
  const proven = { proof: 'proven', proof_at: at } as const;
  const backup = { ...(await makeSet(app.config, { id, at })), ...proven };
  app.parts.backups.add(backup);
  return backup;
}

/** Each is broken on its own: the second hides the others. */
export function breaksOfBackups(
  app: TestApp,
  backup: Backup,
): Record<'failed' | 'unproven' | 'overdue' | 'none' | 'vanished' | 'folder', Break[]> {
  const { backups, schedules } = app.parts;
  const put = (different: Partial<Backup>) => {
    backups.add({ ...backup, ...different });
    return () => backups.add(backup);
  };
  const old = '2026-01-01T02:00:00.000Z';
  return {
    failed: [
      {
        check,
        component,
        title: 'A backup failed its test',
        apply: () => put({ proof: 'failed', proof_text: 'ops.db is missing.' }),
      },
    ],
    unproven: [
      {
        check,
        component,
        title: 'No backup was proven for 8 d',
        apply: () => put({ at: old, proof: 'none' }),
      },
    ],
    overdue: [
      threshold(
        app,
        // Its next due time is overdue already, so the ticker has nothing to decide.
        { backupOverdueMs: Number.NEGATIVE_INFINITY },
        {
          check,
          component,
          title: 'The backup is overdue',
          apply() {
            schedules.put({ ...newYear, name: 'nightly-backup', operation: 'backup' });
            return () => schedules.remove('nightly-backup');
          },
        },
      ),
    ],
    folder: [
      {
        check,
        component,
        title: 'Nothing can be backed up: the folder of backups cannot be written',
        apply() {
          const config = changeable(app.config);
          const before = config.backupPath;
          config.backupPath = path.join(app.root, 'server.lock');
          return () => {
            config.backupPath = before;
          };
        },
      },
    ],
    none: [
      {
        check,
        component,
        title: 'Nothing is backed up',
        apply: () => put({ kind: 'before_update' }),
      },
    ],
    vanished: [
      {
        check,
        component,
        title: 'No backup is left',
        apply() {
          const folder = setFolder(app.config, backup.id);
          fs.renameSync(folder, `${folder}.away`);
          return () => {
            fs.renameSync(`${folder}.away`, folder);
            backups.add(backup);
          };
        },
      },
    ],
  };
}
