import type { Config } from '../core/config.ts';
import { readFrom } from '../core/db/read-from.ts';
import { createBackupRepository } from './backup-repository.ts';

/** The SHA-256 of the manifest of a backup, as ops.db has it; null when it has none. For a process without a server around it. */
export function readKnownHash(
  { opsDatabasePath }: Pick<Config, 'opsDatabasePath'>,
  id: string,
): string | null {
  return readFrom(opsDatabasePath, (ops) => createBackupRepository(ops).find(id)?.sha256 ?? null);
}
