// Takes uploads of index snapshots, one at a time: receives the ZIP into `<root>/uploads`, has a process of its own check it,
// and stages it. An error leaves no file, an audit row, and the live index as it was.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Audit, Requester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { bytes as formatBytes } from '../core/format.ts';
import { createLoop } from '../core/loop.ts';
import type { CreateTask } from '../runner/task.ts';
import type { CheckedSnapshot } from './check.ts';
import { receiveZip, tooLarge } from './receive.ts';
import type { CheckStage } from './stages.ts';
import { createStagedSnapshots } from './staged-snapshots.ts';
import { removeStaged, type Staged, writeStaged } from './staging.ts';
import { recordRefusal, uploadFileName } from './upload-record.ts';

/** `receive` while the bytes arrive, then the stages of the check. */
type UploadStage = 'receive' | CheckStage;
type UploadState = { file_name: string; uploaded_by: string; stage: UploadStage };

type UploadOptions = {
  config: Config;
  audit: Audit;
  bus: Bus;
  createTask: CreateTask;
  /** The number of the job that has not ended and will install the snapshot; null without one. */
  wantedBy: (stagedId: string) => number | null;
  now: () => Date;
  /** Called when a sweep fails. */
  onError: (error: unknown) => void;
};

export type Uploads = ReturnType<typeof createUploads>;

export type Upload = {
  /** Settles when the snapshot is staged. Throws the first failed check. In noop mode the snapshot is checked and removed. */
  receive(fileName: string, body: Readable, signal: AbortSignal): Promise<Staged>;
  /** To be called in every case. The audit log records the error. */
  close(error?: unknown): void;
};

const sweepMs = 60_000;

export function createUploads({ config, audit, bus, createTask, wantedBy, now, onError }: UploadOptions) {
  const folder = path.join(config.root, 'uploads');
  let active: { id: string; state: UploadState } | null = null;
  const activeId = () => active?.id ?? null;
  const staged = createStagedSnapshots({ config, audit, bus, wantedBy, activeId, now });
  const { start, stop, runOnce } = createLoop({ everyMs: sweepMs, runOnce: staged.sweep, onError });

  return {
    discard: staged.discard,
    start,
    stop,
    runOnce,

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
      show({ id, state: { file_name: 'a snapshot', uploaded_by: by.actor, stage: 'receive' } });
      return createUpload(id, by);
    },
  };

  function show(next: typeof active) {
    active = next;
    bus.emit('index');
  }

  function createUpload(id: string, by: Requester): Upload {
    let fileName: string | null = null;
    let isClosed = false;
    return {
      async receive(name, body, signal) {
        fileName = name.slice(0, 120) || 'snapshot.zip';
        show({ id, state: { file_name: fileName, uploaded_by: by.actor, stage: 'receive' } });
        return stage(id, by, fileName, await receiveAndCheck(id, fileName, body, signal));
      },
      close(error) {
        if (isClosed) return;
        isClosed = true;
        fs.rmSync(path.join(folder, uploadFileName(id)), { force: true });
        if (error !== undefined) {
          removeStaged(config.indexFolder, id);
          recordRefusal(audit, by, fileName, error);
        }
        show(null);
      },
    };
  }

  /** Starts the process of the check while a large upload arrives, which hides its start-up time. */
  async function receiveAndCheck(id: string, name: string, body: Readable, signal: AbortSignal) {
    const zip = path.join(folder, uploadFileName(id));
    const check = createTask({
      script: 'check-snapshot',
      id: `check-${id}`,
      onProgress: ({ phase }) => showStage(phase as CheckStage),
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
      const bytes = await receiveZip({ file: zip, name, maxBytes, body, signal, onBytes });
      return { bytes, ...((await check.run({ zip, staged_id: id })) as CheckedSnapshot) };
    } finally {
      await check.end();
    }
  }

  function showStage(stage: CheckStage) {
    if (active && active.state.stage !== stage) show({ ...active, state: { ...active.state, stage } });
  }

  function stage(
    id: string,
    by: Requester,
    fileName: string,
    { bytes, manifest, coverage }: CheckedSnapshot & { bytes: number },
  ): Staged {
    const uploaded = { file_name: fileName, uploaded_by: by.actor, uploaded_at: now().toISOString() };
    const snapshot = { staged_id: id, ...uploaded, bytes, manifest, coverage };
    if (config.mode === 'noop') removeStaged(config.indexFolder, id);
    else writeStaged(config.indexFolder, snapshot);
    const { model, count } = manifest;
    const detail = { staged_id: id, bytes, model, count, coverage };
    audit.record({ event: 'snapshot.upload', outcome: 'ok', by, target: fileName, detail });
    return snapshot;
  }
}

const largeBytes = 4 * 1024 * 1024;
/** What a form may add around the file. */
const framingBytes = 64 * 1024;

function inProgress({ file_name, uploaded_by }: UploadState): AppError {
  return new AppError(
    'upload_in_progress',
    `${uploaded_by} is uploading ${file_name}. Only one upload runs at a time; try again when it has ended.`,
  );
}
