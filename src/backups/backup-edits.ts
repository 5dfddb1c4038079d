// Keeps, describes and deletes backups for people. Each change and each refusal leaves an audit row.
import fs from 'node:fs';
import type { Backup } from '../backup-store/backup.ts';
import type { BackupRepository } from '../backup-store/backup-repository.ts';
import { partialPath, setFolder } from '../backup-store/set-files.ts';
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import { assertConfirmed, type Confirmation } from '../core/confirmation.ts';
import { assertMatches } from '../core/edit-conflict.ts';
import type { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { backupActions, backupTarget, deleteWord } from './actions.ts';
import { findBackup } from './find-backup.ts';

/** A person may change these parts of a backup. */
type Description = Pick<Backup, 'is_kept' | 'note'>;

type Given = Pick<Kernel, 'audit' | 'bus' | 'config' | 'now' | 'untilFree'> & {
  backups: BackupRepository;
  whyKept: (backup: Backup) => AppError | null;
  /** Makes the rows say what the files are. */
  refresh: () => Promise<void>;
};

export function createBackupEdits(given: Given) {
  const { audit, backups, bus, untilFree } = given;
  return {
    /** `ifMatch`: the ETag that it must have. Throws `not_found`, `edit_conflict`. */
    async change(id: string, wanted: Partial<Description>, by: Requester, ifMatch?: string): Promise<Backup> {
      const entry = { event: backupActions.change.name, by, target: backupTarget(id) };
      await untilFree(() =>
        auditRefusal(audit, entry, () =>
          backups.transaction(() => {
            const stored = findBackup(backups, id);
            assertMatches(ifMatch, stored);
            const before = describe(stored);
            const after = { ...before, ...wanted };
            backups.describe(id, after);
            audit.record({ ...entry, outcome: 'ok', detail: { before, after } });
          }),
        ),
      );
      bus.emit('backups');
      return findBackup(backups, id);
    },

    /** Deletes its files; its row stays for the history. Throws `not_found`, `confirmation_required`, `last_proven` and
     *  `wrong_state`. */
    async remove(id: string, confirmation: Confirmation, by: Requester): Promise<void> {
      const reason = confirmation.reason?.trim() || null;
      const entry = { event: backupActions.remove.name, by, target: backupTarget(id), reason };
      await auditRefusal(audit, entry, async () => {
        findBackup(backups, id);
        assertConfirmed(confirmation, deleteWord);
        await given.refresh();
        const backup = findBackup(backups, id);
        assertRemovable(given, backup);
        await removeFiles(given, backup, () => untilFree(() => recordRemoval(given, backup, entry)));
      });
      bus.emit('backups');
    },
  };
}

const describe = ({ is_kept, note }: Backup): Description => ({ is_kept, note });

function assertRemovable({ whyKept }: Given, backup: Backup) {
  const refusal = whyKept(backup);
  if (refusal) throw refusal;
}

/** Another request may have deleted the other proven one meanwhile, so it is judged again. */
function recordRemoval(given: Given, backup: Backup, entry: AuditEntry) {
  const { audit, backups, now } = given;
  const { id, at, kind, bytes, proof } = backup;
  backups.transaction(() => {
    assertRemovable(given, backup);
    backups.markGone(id, now().toISOString());
    audit.record({ ...entry, outcome: 'ok', detail: { before: { at, kind, bytes, proof }, after: null } });
  });
}

/** Hides the files in one step, so that no half of a set is ever listed; they come back if `record` fails. */
async function removeFiles({ config }: Given, { id }: Backup, record: () => Promise<void>) {
  const place = setFolder(config, id);
  const hidden = partialPath(config, id);
  const isThere = await move(place, hidden);
  try {
    await record();
  } catch (error) {
    if (isThere) await move(hidden, place);
    throw error;
  }
  await fs.promises.rm(hidden, { recursive: true, force: true, maxRetries: 5 });
}

/** False when somebody has removed the files already. */
async function move(from: string, to: string): Promise<boolean> {
  try {
    await fs.promises.rename(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
