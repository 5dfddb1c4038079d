import type { Config } from '../core/config.ts';
import { readFrom } from '../core/db/read-from.ts';
import type { Backup } from './backup.ts';
import { createBackupRepository } from './backup-repository.ts';

/** The facts by which a backup is recognised: the SHA-256 of its manifest, which a copy before an import does not have, and its
 *  bytes. */
export type Known = Pick<Backup, 'sha256' | 'bytes'>;

/** Reads them from ops.db, in a process without a server; null for a backup that it does not have. */
export function readKnown({ opsDatabasePath }: Pick<Config, 'opsDatabasePath'>, id: string): Known | null {
  return readFrom(opsDatabasePath, (ops) => createBackupRepository(ops).find(id));
}
