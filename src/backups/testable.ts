// The backups that the form of a restore test offers, newest first.
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
  return backups.map(({ id, proof }) => ({
    value: id,
    label: `${upperFirst(describeBackup(id))}: ${states[proof]}`,
  }));
}
