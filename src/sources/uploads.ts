// Takes uploads of sheets, several at a time. A refused one leaves an audit row and no file.
import { randomBytes } from 'node:crypto';
import type { Requester } from '../core/audit.ts';
import { formatBytes } from '../core/format.ts';
import { createLoop } from '../core/loop.ts';
import { diskFull, tooLarge } from '../core/receive-file.ts';
import { recordRefusedUpload } from './upload-audit.ts';
import { sheetActions } from './actions.ts';
import { createKeptSheets } from './kept-sheets.ts';
import { createUpload, type SheetUpload, type UploadContext } from './upload.ts';

type UploadsOptions = UploadContext & {
  freeBytes: () => number;
  /** The number of an unfinished job that names the sheet; null without one. */
  wantedBy: (sheetId: string) => number | null;
  onError: (error: unknown) => void;
};

/** The bytes that a form may add around the files. */
const framingBytes = 64 * 1024;
const sweepMs = 60_000;

export function createSheetUploads({ freeBytes, wantedBy, onError, ...context }: UploadsOptions) {
  const { config, audit, now } = context;
  /** How many bytes of each upload are still to come. */
  const active = new Map<string, number>();
  const isActive = (id: string) => active.has(id);
  const { sweep, ...kept } = createKeptSheets({ root: config.root, audit, now, wantedBy, isActive });

  return {
    ...createLoop({ everyMs: sweepMs, runOnce: sweep, onError }),
    ...kept,

    /** `announcedBytes`: the length of the request. Throws `too_large` or `disk_full` before a byte is read. */
    open(by: Requester, announcedBytes: number): SheetUpload {
      try {
        assertRoom(announcedBytes);
      } catch (error) {
        recordRefusedUpload(audit, { event: sheetActions.upload.name, by, fileName: null, error });
        throw error;
      }
      const id = randomBytes(4).toString('hex');
      active.set(id, announcedBytes);
      return createUpload(context, {
        id,
        by,
        onBytes: (received) => active.set(id, Math.max(0, announcedBytes - received)),
        onClose: () => active.delete(id),
      });
    },
  };

  function assertRoom(announcedBytes: number) {
    if (announcedBytes > config.sheetMaxBytes + framingBytes)
      throw tooLarge(`The upload is ${formatBytes(announcedBytes)}.`, config.sheetMaxBytes);
    const awaited = [...active.values()].reduce((sum, bytes) => sum + bytes, 0);
    const left = freeBytes() - awaited;
    const { diskReserveBytes: reserve } = config;
    if (left - reserve >= announcedBytes) return;
    const [free, wanted, kept] = [Math.max(0, left), announcedBytes, reserve].map(formatBytes);
    const found = `The disk of the data folder has ${free} left; the upload needs ${wanted} and a reserve of ${kept}.`;
    throw diskFull(found, 'Nothing was kept.');
  }
}
