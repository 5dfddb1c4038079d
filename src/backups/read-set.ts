import type { Backup } from '../backup-store/backup.ts';
import type { Manifest } from '../backup-store/manifest.ts';
import type { SetReader } from '../backup-store/set-reader.ts';
import { AppError } from '../core/errors.ts';

/** The manifest of a set; `problem`: why it cannot be read. A copy before an import has none, and no problem. */
export async function readSet(
  { setReader }: { setReader: Pick<SetReader, 'manifestOf'> },
  { id, kind }: Pick<Backup, 'id' | 'kind'>,
): Promise<{ manifest: Manifest | null; problem: string | null }> {
  if (kind === 'before_import') return { manifest: null, problem: null };
  try {
    return { manifest: await setReader.manifestOf(id), problem: null };
  } catch (error) {
    if (error instanceof AppError) return { manifest: null, problem: error.message };
    throw error;
  }
}
