// Keeps, describes and deletes backups for people. Each change and each refusal leaves an audit row.
import fs from 'node:fs';
import type { Backup } from '../backup-store/backup.ts';
import type { BackupRepository } from '../backup-store/backup-repository.ts';
import { setFolder } from '../backup-store/set-files.ts';
import { removeBackup } from '../backup-store/unfinished.ts';
import { type AuditEntry, auditRefusal, type Requester } from '../core/audit.ts';
import { assertConfirmed, type Confirmation } from '../core/confirmation.ts';
import { assertMatches } from '../core/edit-conflict.ts';
import { AppError } from '../core/errors.ts';
import { toFault } from '../core/faults.ts';
import type { Kernel } from '../core/kernel.ts';
import { backupActions, backupTarget, deleteWord } from './actions.ts';
import { findBackup } from './find-backup.ts';

/** A person may change these parts of a backup. */
type Description = Pick<Backup, 'is_kept' | 'note'>;

type Given = Pick<Kernel, 'audit' | 'bus' | 'config' | 'now' | 'untilFree'> & {
  backups: BackupRepository;
  whyKept: (backup: Backup) => AppError | null;
  /** Makes the rows say what the files are. Throws `temporary` when the disk does not answer. */
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

    /** Deletes its files; its row stays for the history. Throws `not_found`, `confirmation_required`, `last_proven`,
     *  `wrong_state`, `temporary`, and the fault of a disk that keeps the files where they are. */
    async remove(id: string, confirmation: Confirmation, by: Requester): Promise<void> {
      const reason = confirmation.reason?.trim() || null;
      const entry = { event: backupActions.remove.name, by, target: backupTarget(id), reason };
      await auditRefusal(audit, entry, async () => {
        findBackup(backups, id);
        assertConfirmed(confirmation, deleteWord);
        await given.refresh();
        const removed = await untilFree(() => recordRemoval(given, id, entry));
        await removeFiles(given, removed);
      });
      bus.emit('backups');
    },
  };
}

const describe = ({ is_kept, note }: Backup): Description => ({ is_kept, note });

/** Judges it as it is when it is written: a person may have asked to keep it meanwhile, or have deleted the other proven one. */
function recordRemoval({ audit, backups, now, whyKept }: Given, id: string, entry: AuditEntry): Backup {
  return backups.transaction(() => {
    const backup = findBackup(backups, id);
    const refusal = whyKept(backup);
    if (refusal) throw refusal;
    const { at, kind, bytes, proof } = backup;
    backups.markGone(id, now().toISOString());
    audit.record({ ...entry, outcome: 'ok', detail: { before: { at, kind, bytes, proof }, after: null } });
    return backup;
  });
}

/** A backup whose files cannot be moved away is there again. */
async function removeFiles(given: Given, backup: Backup) {
  const { backups, config, untilFree } = given;
  try {
    await removeBackup(config, backup.id);
  } catch (error) {
    if (!fs.existsSync(setFolder(config, backup.id)))
      throw refuse(
        given,
        error,
        `Backup ${backup.id} is deleted, but files of it are left until the next start:`,
      );
    // The next look at the folder finds it, too.
    await untilFree(() => backups.add(backup)).catch(() => {});
    throw refuse(given, error, `Backup ${backup.id} was not deleted:`);
  }
}

/** Names the folder of backups: people do not know the hidden names in it. */
function refuse({ bus, config }: Given, error: unknown, begin: string): unknown {
  bus.emit('backups');
  const fault = toFault({ ...(error as Error), file: config.backupPath });
  if (!fault) return error;
  const code = fault.code === 'internal' ? 'wrong_state' : fault.code;
  return new AppError(code, `${begin} ${fault.message}`, { ...fault.details, code }, { cause: error });
}
