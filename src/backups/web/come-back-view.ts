// The answer to the question whether the library could come back, and to which state.
import type { Backup } from '../../backup-store/backup.ts';
import { AppError } from '../../core/errors.ts';
import { formatBytes, formatDuration, plural } from '../../core/format.ts';
import type { BackupsContext } from '../parts.ts';
import { readPlace } from '../place.ts';

/** The next set may be larger than the last. */
const growth = 1.1;

/** Null without a backup. */
export async function viewComeBack(ctx: BackupsContext) {
  const { backups, config, setReader } = ctx;
  const newest = backups.newest();
  if (!newest) return null;
  const proven = backups.newestProven();
  const usable = newest.proof === 'failed' ? proven : newest;
  const [place, lost] = await Promise.all([
    setReader.inTurn(() => readPlace(config)).catch(() => null),
    usable ? describeLost(ctx, usable) : 'unknown: the newest failed its test, and none is proven',
  ]);
  const needed = formatBytes(newest.bytes * growth);
  return {
    newest: newest.at,
    hasFailed: newest.proof === 'failed',
    proven: proven?.at ?? null,
    lost,
    took: proven ? formatDuration(testMs(proven) / 1000) : null,
    disk: place && (place.isOnDataDisk ? 'the data’s own disk' : 'another disk than the data'),
    isOnDataDisk: place?.isOnDataDisk === true,
    room: place ? `${formatBytes(place.freeBytes)} free; the next backup needs ${needed}` : null,
  };
}

/** The revision grows with each change of a row. */
async function describeLost({ setReader, libraryRevision }: BackupsContext, { id }: Backup): Promise<string> {
  try {
    const { revision } = await setReader.manifestOf(id);
    const changes = libraryRevision() - revision;
    return changes > 0 ? `${plural(changes, 'change')} of the library` : 'nothing of the library';
  } catch (error) {
    const isSilent = error instanceof AppError && error.code === 'temporary';
    return isSilent ? 'unknown: the folder does not answer' : 'unknown: its manifest cannot be read';
  }
}

function testMs({ proof_steps: steps }: Backup): number {
  return steps.reduce((sum, { ms }) => sum + (ms ?? 0), 0);
}
