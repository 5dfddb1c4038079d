// Takes uploads of index snapshots, one at a time: the bytes go to `<root>/uploads`, a process of its own checks them, and
// what is right waits staged to be installed. Whatever goes wrong leaves no file, an audit row and the live index as it was.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { type Audit, type Requester, systemRequester } from '../core/audit.ts';
import type { Bus } from '../core/bus.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { CreateTask } from '../runner/task.ts';
import { bytes as wordBytes } from '../core/format.ts';
import type { CheckedSnapshot } from './check.ts';
import type { CheckStage } from './stages.ts';
import { receiveZip, tooLarge } from './receive.ts';
import { readStaged, removeStaged, type Staged, sweepStaged, writeStaged } from './staging.ts';

/** What the upload is being checked for; `receive` while its bytes come. */
type UploadStage = 'receive' | CheckStage;
type UploadState = { file_name: string; uploaded_by: string; stage: UploadStage };

export type Uploads = ReturnType<typeof createUploads>;

export type Upload = {
  /** Ends when the snapshot is staged. Throws what is wrong with it. In noop mode it is discarded after the checks. */
  receive(fileName: string, body: Readable, signal: AbortSignal): Promise<Staged>;
  /** To be called in every case; says in the audit log why nothing was staged. */
  close(error?: unknown): void;
};

const sweepMs = 60_000;

export function createUploads(given: {
  config: Config;
  audit: Audit;
  bus: Bus;
  createTask: CreateTask;
  /** The number of the job that has not ended and will install it; null when there is none. */
  wantedBy: (stagedId: string) => number | null;
  now: () => Date;
}) {
  const { config, audit, bus, createTask, wantedBy, now } = given;
  const folder = path.join(config.root, 'uploads');
  let state: UploadState | null = null;
  let activeId = '';
  let timer: NodeJS.Timeout | null = null;

  return {
    /** The upload that is under way. */
    state: () => state,

    /** Takes the place; `announcedBytes` is what the request says that it will send. Throws `upload_in_progress`, or
     *  `too_large` before a byte was read. */
    open(by: Requester, announcedBytes: number): Upload {
      try {
        if (announcedBytes > config.snapshotMaxBytes + framingBytes)
          throw tooLarge(`The upload is ${wordBytes(announcedBytes)}.`, config.snapshotMaxBytes);
        if (state) throw inProgress(state);
      } catch (error) {
        recordRefusal(by, null, error);
        throw error;
      }
      activeId = randomBytes(4).toString('hex');
      show({ file_name: 'a snapshot', uploaded_by: by.actor, stage: 'receive' });
      return createUpload(activeId, by);
    },

    /** Removes what waits to be installed, and gives what it was. Throws `not_found`, or `operation_locked` when a job is to
     *  install it. */
    discard(id: string, by: Requester): Staged {
      const staged = readStaged(config.indexFolder, id);
      if (!staged) throw new AppError('not_found', 'No such snapshot waits: it was installed or removed.');
      const job = wantedBy(id);
      const target = staged.file_name;
      if (job !== null) {
        audit.record({ event: 'snapshot.discard', outcome: 'refused', by, target, detail: { job } });
        throw new AppError(
          'operation_locked',
          `Job #${job} is to install ${target}. Cancel that job, then discard the snapshot.`,
        );
      }
      removeStaged(config.indexFolder, id);
      recordDiscard(by, id, target);
      bus.emit('index');
      return staged;
    },

    start() {
      runOnce();
      timer ??= setInterval(runOnce, sweepMs);
    },

    runOnce,

    stop() {
      if (timer) clearInterval(timer);
      timer = null;
    },
  };

  /** Removes what waits no longer, and what an upload left when the server was killed; the audit log says so. */
  function runOnce() {
    const isNeeded = (id: string) => id === activeId || wantedBy(id) !== null;
    const { expired, unfinished } = sweepStaged(config.indexFolder, now(), isNeeded);
    const lost = new Set(unfinished);
    for (const name of fs.readdirSync(folder)) {
      const [, id] = uploadName.exec(name) ?? [];
      if (id === undefined || id === activeId) continue;
      fs.rmSync(path.join(folder, name));
      lost.add(id);
    }
    for (const { staged_id, file_name } of expired) recordDiscard(systemRequester, staged_id, file_name);
    for (const id of lost) recordRefusal(systemRequester, null, lostUpload(id));
    bus.emit('index');
  }

  function recordDiscard(by: Requester, staged_id: string, target: string) {
    audit.record({ event: 'snapshot.discard', outcome: 'ok', by, target, detail: { staged_id } });
  }

  function show(next: UploadState | null) {
    state = next;
    bus.emit('index');
  }

  function recordRefusal(by: Requester, fileName: string | null, error: unknown) {
    const { code, message, details } = error as AppError;
    const isRefusal = error instanceof AppError && code !== 'internal' && code !== 'disk_full';
    audit.record({
      event: 'snapshot.upload',
      outcome: isRefusal ? 'refused' : 'failed',
      by,
      target: fileName,
      detail: { code: details?.code ?? code ?? 'internal', message },
    });
  }

  function createUpload(id: string, by: Requester): Upload {
    let name: string | null = null;
    let isClosed = false;
    return {
      async receive(fileName, body, signal) {
        name = fileName.slice(0, 120) || 'snapshot.zip';
        show({ file_name: name, uploaded_by: by.actor, stage: 'receive' });
        const { bytes, manifest, coverage } = await writeAndCheck(id, name, body, signal);
        const uploaded_at = now().toISOString();
        const staged = {
          staged_id: id,
          file_name: name,
          uploaded_by: by.actor,
          uploaded_at,
          bytes,
          manifest,
          coverage,
        };
        if (config.mode === 'noop') removeStaged(config.indexFolder, id);
        else writeStaged(config.indexFolder, staged);
        const { model, count } = manifest;
        audit.record({
          event: 'snapshot.upload',
          outcome: 'ok',
          by,
          target: name,
          detail: { staged_id: id, bytes, model, count, coverage },
        });
        return staged;
      },
      close(error) {
        if (isClosed) return;
        isClosed = true;
        fs.rmSync(path.join(folder, fileNameOf(id)), { force: true });
        if (error !== undefined) {
          removeStaged(config.indexFolder, id);
          recordRefusal(by, name, error);
        }
        activeId = '';
        show(null);
      },
    };
  }

  /** The process of the check starts while the bytes come, when they are so many that they will be waited for. */
  async function writeAndCheck(id: string, name: string, body: Readable, signal: AbortSignal) {
    const zip = path.join(folder, fileNameOf(id));
    const check = createTask({
      script: 'check-snapshot',
      id: `check-${id}`,
      onProgress: ({ phase }) => noteStage(phase as CheckStage),
      signal,
    });
    let isStarted = false;
    try {
      const onBytes = (received: number) => {
        if (isStarted || received < largeBytes) return;
        isStarted = true;
        check.start();
      };
      const maxBytes = config.snapshotMaxBytes;
      const bytes = await receiveZip({ file: zip, name, maxBytes, body, signal, onBytes });
      return { bytes, ...((await check.run({ zip, staged_id: id })) as CheckedSnapshot) };
    } finally {
      await check.end();
    }
  }

  function noteStage(stage: CheckStage) {
    if (state && state.stage !== stage) show({ ...state, stage });
  }
}

const largeBytes = 4 * 1024 * 1024;
/** What a form may add around the file. */
const framingBytes = 64 * 1024;
const uploadName = /^snapshot-([0-9a-f]{8})\.zip$/;
const fileNameOf = (id: string) => `snapshot-${id}.zip`;

function inProgress({ file_name, uploaded_by }: UploadState): AppError {
  return new AppError(
    'upload_in_progress',
    `An upload of ${file_name} by ${uploaded_by} is under way. One at a time is taken; try again when it has ended.`,
  );
}

function lostUpload(id: string): AppError {
  return new AppError('internal', 'The server ended during this upload. Nothing was kept.', {
    code: 'lost',
    upload: id,
  });
}
