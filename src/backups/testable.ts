// The backups that the form of a restore test offers, newest first, and those that a test can prove.
import type { Backup, Proof } from '../backup-store/backup.ts';
import { upperFirst } from '../core/format.ts';
import type { Option } from '../core/operation.ts';
import { describeBackup } from '../backup-store/describe-backup.ts';

const states: Record<Proof, string> = {
  none: 'not tested',
  proven: 'proven',
  failed: 'test failed',
  inconclusive: 'not proven',
};

export function listTestable(backups: Backup[]): Option[] {
  return backups.map((backup) => ({
    value: backup.id,
    label: `${upperFirst(describeBackup(backup.id))}: ${describeState(backup)}`,
  }));
}

function describeState(backup: Backup): string {
  if (backup.proof === 'failed' || canBeProven(backup)) return states[backup.proof];
  return 'made before a job, cannot be proven';
}

/** A test of a copy before an import can find damage. It proves nothing, since the copy has no manifest. */
export function canBeProven({ kind }: Pick<Backup, 'kind'>): boolean {
  return kind !== 'before_import';
}
