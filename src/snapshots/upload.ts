// Takes uploads of index snapshots, one at a time. An error leaves no file, an audit row, and the live index as it was.
import { randomBytes } from 'node:crypto';
import type { Requester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import { AppError } from '../core/errors.ts';
import { formatBytes as formatBytes } from '../core/format.ts';
import { createLoop } from '../core/loop.ts';
import { createUpload, type Upload, type UploadContext, type UploadState } from './one-upload.ts';
import { tooLarge } from './receive.ts';
import { createStagedSnapshots } from './staged-snapshots.ts';
import { recordRefusal } from './upload-record.ts';

type UploadOptions = UploadContext & {
  bus: Bus;
  /** The number of the job that has not ended and will install the snapshot; null without one. */
  wantedBy: (stagedId: string) => number | null;
  /** Called when a sweep fails. */
  onError: (error: unknown) => void;
};

const sweepMs = 60_000;

export function createUploads({ bus, wantedBy, onError, ...context }: UploadOptions) {
  const { config, audit, now } = context;
  let active: { id: string; state: UploadState } | null = null;
  const activeId = () => active?.id ?? null;
  const staged = createStagedSnapshots({ config, audit, bus, wantedBy, activeId, now });

  return {
    ...createLoop({ everyMs: sweepMs, runOnce: staged.sweep, onError }),

    discard: staged.discard,

    /** The upload in progress, or null. */
    state: () => active?.state ?? null,

    /** Begins an upload; `announcedBytes` is the length of the request. Throws `upload_in_progress`, or `too_large` before a
     *  byte is read. */
    open(by: Requester, announcedBytes: number): Upload {
      try {
        if (announcedBytes > config.snapshotMaxBytes + framingBytes) {
          throw tooLarge(`The upload is ${formatBytes(announcedBytes)}.`, config.snapshotMaxBytes);
        }
        if (active) throw inProgress(active.state);
      } catch (error) {
        recordRefusal(audit, by, null, error);
        throw error;
      }
      const id = randomBytes(4).toString('hex');
      const show = (state: UploadState | null) => {
        active = state && { id, state };
        bus.emit('index');
      };
      show({ file_name: 'a snapshot', uploaded_by: by.actor, stage: 'receive' });
      return createUpload(context, { id, by, show });
    },
  };
}

/** What a form may add around the file. */
const framingBytes = 64 * 1024;

function inProgress({ file_name, uploaded_by }: UploadState): AppError {
  return new AppError(
    'upload_in_progress',
    `${uploaded_by} is uploading ${file_name}. Only one upload runs at a time; try again when it has ended.`,
  );
}
