// Takes uploads of index snapshots, one at a time. An error leaves no file, an audit row, and the live index as it was.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Requester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import { AppError } from '../core/errors.ts';
import { formatBytes } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { createLoop } from '../core/loop.ts';
import { receiveFile, tooLarge } from '../core/receive-file.ts';
import { recordRefusedUpload } from '../sources/upload-audit.ts';
import type { CreateTask } from '../runner/task.ts';
import { snapshotActions } from './actions.ts';
import type { CheckedSnapshot } from './check.ts';
import { unchanged } from './refusal.ts';
import { createStagedSnapshots, recordStaged, uploadFileName } from './staged-snapshots.ts';
import type { CheckStage } from './stages.ts';
import { removeStaged, type Staged, writeStaged } from './staging.ts';

type UploadContext = Pick<Kernel, 'config' | 'audit' | 'now'> & { createTask: CreateTask };

type UploadOptions = UploadContext & {
  bus: Bus;
  /** The number of the job that has not ended and will install the snapshot; null without one. */
  wantedBy: (stagedId: string) => number | null;
  onError: (error: unknown) => void;
};

const event = snapshotActions.upload.name;
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

    /** `announcedBytes`: the length of the request. Throws `too_large` before a byte is read. */
    open(by: Requester, announcedBytes: number) {
      if (announcedBytes > config.snapshotMaxBytes + framingBytes) {
        const error = tooLarge(`The upload is ${formatBytes(announcedBytes)}.`, config.snapshotMaxBytes);
        recordRefusedUpload(audit, { event, by, fileName: null, error });
        throw error;
      }
      const id = randomBytes(4).toString('hex');
      const show = (state: UploadState | null) => {
        if (state && active && active.id !== id) throw inProgress(active.state);
        if (!state && active?.id !== id) return;
        active = state && { id, state };
        bus.emit('index');
      };
      return createUpload(context, { id, by, show });
    },
  };
}

/** The bytes that a form may add around the file. */
const framingBytes = 64 * 1024;

/** `receive` while the bytes arrive, then the stages of the check. */
type UploadState = { file_name: string; uploaded_by: string; stage: 'receive' | CheckStage };

function inProgress({ file_name, uploaded_by }: UploadState): AppError {
  const message = `${uploaded_by} is uploading ${file_name}. Only one upload runs at a time; try again when it has ended.`;
  return new AppError('upload_in_progress', message);
}

/** One upload: its bytes are received, a process of its own checks them, and the snapshot is staged. */
export type Upload = ReturnType<typeof createUpload>;

/** `show` is called with each change of the state, and with null at the end. It throws `upload_in_progress` while another one
 *  is shown. */
function createUpload(
  context: UploadContext,
  { id, by, show }: { id: string; by: Requester; show: (state: UploadState | null) => void },
) {
  const { config, audit, now } = context;
  const zip = path.join(config.root, 'uploads', uploadFileName(id));
  let fileName: string | null = null;
  let isClosed = false;

  return {
    /** Settles when the snapshot is staged. Throws `upload_in_progress`, or the first failed check. In noop mode the
     *  snapshot is checked and removed. */
    async receive(name: string, body: Readable, signal: AbortSignal): Promise<Staged> {
      const file_name = name.slice(0, 120) || 'snapshot.zip';
      fileName = file_name;
      let shown: UploadState['stage'] | null = null;
      const onStage = (stage: UploadState['stage']) => {
        if (isClosed || stage === shown) return;
        shown = stage;
        show({ file_name, uploaded_by: by.actor, stage });
      };
      onStage('receive');
      const checked = await receiveAndCheck(context, { zip, id, name: file_name, body, signal, onStage });
      const uploaded_at = now().toISOString();
      const snapshot = { staged_id: id, file_name, uploaded_by: by.actor, uploaded_at, ...checked };
      if (config.mode === 'noop') removeStaged(config.indexFolder, id);
      else writeStaged(config.indexFolder, snapshot);
      recordStaged(audit, by, snapshot);
      return snapshot;
    },

    /** To be called in every case. The audit log records the error. */
    close(error?: unknown) {
      if (isClosed) return;
      isClosed = true;
      fs.rmSync(zip, { force: true });
      if (error !== undefined) {
        removeStaged(config.indexFolder, id);
        recordRefusedUpload(audit, { event, by, fileName, error });
      }
      show(null);
    },
  };
}

type Received = {
  zip: string;
  id: string;
  name: string;
  body: Readable;
  signal: AbortSignal;
  onStage: (stage: CheckStage) => void;
};

/** From this size on, the process of the check starts while the bytes arrive, which hides its start-up time. */
const largeBytes = 4 * 1024 * 1024;

async function receiveAndCheck(
  { config, createTask }: UploadContext,
  { zip, id, name, body, signal, onStage }: Received,
) {
  const check = createTask({
    script: 'check-snapshot',
    id: `check-${id}`,
    onProgress: ({ phase }) => onStage(phase as CheckStage),
    signal,
  });
  let isStarted = false;
  const onBytes = (received: number) => {
    if (isStarted || received < largeBytes) return;
    isStarted = true;
    check.start();
  };
  try {
    const maxBytes = config.snapshotMaxBytes;
    const bytes = await receiveFile({ file: zip, name, maxBytes, unchanged, body, signal, onBytes });
    return { bytes, ...((await check.run({ zip, staged_id: id })) as CheckedSnapshot) };
  } finally {
    await check.end();
  }
}
