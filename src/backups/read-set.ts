import type { Backup } from '../backup-store/backup.ts';
import { type Manifest, readManifest } from '../backup-store/manifest.ts';
import { setFolder } from '../backup-store/set-files.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';

/** The manifest of a set; `problem`: why it cannot be read. A copy before an import has none, and no problem. */
export function readSet(
  config: Pick<Config, 'backupPath'>,
  { id, kind }: Pick<Backup, 'id' | 'kind'>,
): { manifest: Manifest | null; problem: string | null } {
  if (kind === 'before_import') return { manifest: null, problem: null };
  try {
    return { manifest: readManifest(setFolder(config, id)), problem: null };
  } catch (error) {
    if (error instanceof AppError) return { manifest: null, problem: error.message };
    throw error;
  }
}
