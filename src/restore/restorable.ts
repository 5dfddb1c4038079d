// The backups that the form of a restore offers: sets, then the copies before changes, each newest first. Another one can still
// be named.
import type { Backup, Proof } from '../backup-store/backup.ts';
import { formatBytes, upperFirst } from '../core/format.ts';
import type { Option } from '../core/operation.ts';
import { describeBackup } from '../backup-store/describe-backup.ts';

const maxOffered = 100;

/** A backup that a test has found damaged is left out. */
export function listRestorable(backups: Backup[]): Option[] {
  const isCopy = ({ kind }: Backup) => kind === 'before_import';
  const good = backups.filter(({ proof }) => proof !== 'failed');
  return [...good.filter((one) => !isCopy(one)), ...good.filter(isCopy)]
    .slice(0, maxOffered)
    .map(({ id, proof, kind, bytes }) => ({
      value: id,
      label: `${upperFirst(describeBackup(id))}: ${[...nameState(kind, proof), formatBytes(bytes)].join(', ')}`,
    }));
}

function nameState(kind: Backup['kind'], proof: Proof): string[] {
  if (kind === 'before_import') return ['made before a job'];
  return [proof === 'proven' ? 'proven' : 'not proven'];
}
