// Takes uploads of index snapshots, one at a time: the bytes go to `<root>/uploads`, a process of its own checks them, and
// what is right waits staged to be installed. Whatever goes wrong leaves no file, an audit row and the live index as it was.
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Audit, Requester } from '../audit.ts';
import type { Bus } from '../bus.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';
import { isDiskFull } from '../jobs/disk-reserve.ts';
import type { CreateTask } from '../runner/task.ts';
import { bytes as wordBytes } from '../wording.ts';
import type { CheckedSnapshot, CheckStage } from './snapshot-check.ts';
import { guessIndexStart } from './snapshot-head.ts';
import { removeStaged, type Staged, sweepStaged, writeStaged } from './staging.ts';

/** What the upload is being checked for; `receive` while its bytes come. */
export type UploadStage = 'receive' | CheckStage;
export type UploadState = { file_name: string; uploaded_by: string; stage: UploadStage };

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
  /** Whether a job that has not ended will install it. */
  isWanted: (stagedId: string) => boolean;
  now: () => Date;
}) {
  const { config, audit, bus, createTask, isWanted, now } = given;
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
          throw tooLarge(`The upload is ${wordBytes(announcedBytes)}.`);
        if (state) throw inProgress(state);
      } catch (error) {
        recordRefusal(by, null, error);
        throw error;
      }
      activeId = randomBytes(4).toString('hex');
      show({ file_name: 'a snapshot', uploaded_by: by.actor, stage: 'receive' });
      return createUpload(activeId, by);
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

  /** Removes what waits no longer, and what an upload left when the server was killed. */
  function runOnce() {
    sweepStaged(config.indexFolder, now(), (id) => id === activeId || isWanted(id));
    for (const name of fs.readdirSync(folder)) {
      if (uploadName.test(name) && name !== fileNameOf(activeId)) fs.rmSync(path.join(folder, name));
    }
    bus.emit('index');
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
      const { bytes, head } = await writeUpload(zip, name, body, signal, (written) => {
        if (isStarted || written < largeBytes) return;
        isStarted = true;
        check.start();
      });
      const args = { zip, head: head.toString('base64'), staged_id: id };
      return { bytes, ...((await check.run(args)) as CheckedSnapshot) };
    } finally {
      await check.end();
    }
  }

  function noteStage(stage: CheckStage) {
    if (state && state.stage !== stage) show({ ...state, stage });
  }

  /** Gives how many bytes came, and the first of them, which are not in the file (see snapshot-head.ts). */
  async function writeUpload(
    file: string,
    name: string,
    body: Readable,
    signal: AbortSignal,
    onBytes: (written: number) => void,
  ): Promise<{ bytes: number; head: Buffer }> {
    let bytes = 0;
    let head: Buffer | null = null;
    // Every write is waited for, so a few large ones take far less time than many small ones.
    const gather = async function* (source: AsyncIterable<Buffer>) {
      let gathered: Buffer[] = [];
      let from = 0;
      const take = () => {
        const all = Buffer.concat(gathered);
        gathered = [];
        from = bytes;
        if (head !== null) return all;
        head = Buffer.from(all.subarray(0, guessIndexStart(all)));
        return all.subarray(head.length);
      };
      for await (const chunk of source) {
        bytes += chunk.length;
        if (bytes > config.snapshotMaxBytes) throw tooLarge(`${name} is larger than this page takes.`);
        onBytes(bytes);
        gathered.push(chunk);
        if (bytes - from >= writeBytes) yield take();
      }
      yield take();
    };
    try {
      // Made before anything can break off, so that it is there to be removed.
      const target = await fs.promises.open(file, newFile, 0o600);
      const stream = target.createWriteStream({ highWaterMark: 2 * writeBytes });
      await pipeline(body, gather, stream, { signal });
      return { bytes, head: head ?? Buffer.alloc(0) };
    } catch (error) {
      if (error instanceof AppError) throw error;
      if (isDiskFull(error)) throw diskFull();
      throw new AppError(
        'bad_request',
        `The upload of ${name} broke off after ${wordBytes(bytes)}. Nothing was kept.`,
        {
          code: 'aborted',
          bytes,
        },
      );
    }
  }

  function tooLarge(what: string): AppError {
    const limit = `The limit is ${config.snapshotMaxBytes / 1024 ** 2} MiB.`;
    return new AppError('too_large', `${what} ${limit} Nothing was uploaded.`, {
      limit_bytes: config.snapshotMaxBytes,
    });
  }
}

const writeBytes = 1024 * 1024;
const largeBytes = 4 * 1024 * 1024;
/** What a form may add around the file. */
const framingBytes = 64 * 1024;
const uploadName = /^snapshot-[0-9a-f]{8}\.zip$/;
const fileNameOf = (id: string) => `snapshot-${id}.zip`;
const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = fs.constants;
const newFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW;

function inProgress({ file_name, uploaded_by }: UploadState): AppError {
  return new AppError(
    'upload_in_progress',
    `An upload of ${file_name} by ${uploaded_by} is under way. One at a time is taken; try again when it has ended.`,
  );
}

function diskFull(): AppError {
  return new AppError(
    'disk_full',
    'The disk is full, so the upload could not be kept. Free some space, then upload it again. The current index is unchanged.',
    { code: 'disk_full' },
  );
}
