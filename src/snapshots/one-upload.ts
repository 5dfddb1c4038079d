// One upload: its bytes are received, a process of its own checks them, and the snapshot is staged.
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Audit, Requester } from '../core/audit.ts';
import type { Config } from '../core/config.ts';
import type { CreateTask } from '../runner/task.ts';
import type { CheckedSnapshot } from './check.ts';
import { receiveZip } from './receive.ts';
import type { CheckStage } from './stages.ts';
import { removeStaged, type Staged, writeStaged } from './staging.ts';
import { recordRefusal, recordStaged, uploadFileName } from './upload-record.ts';

/** `receive` while the bytes arrive, then the stages of the check. */
export type UploadState = { file_name: string; uploaded_by: string; stage: 'receive' | CheckStage };

export type Upload = {
  /** Settles when the snapshot is staged. Throws the first failed check. In noop mode the snapshot is checked and removed. */
  receive(fileName: string, body: Readable, signal: AbortSignal): Promise<Staged>;
  /** To be called in every case. The audit log records the error. */
  close(error?: unknown): void;
};

export type UploadContext = { config: Config; audit: Audit; createTask: CreateTask; now: () => Date };

/** `show` is called with each change of the state, and with null at the end. */
export function createUpload(
  context: UploadContext,
  { id, by, show }: { id: string; by: Requester; show: (state: UploadState | null) => void },
): Upload {
  const { config, audit, now } = context;
  const zip = path.join(config.root, 'uploads', uploadFileName(id));
  let fileName: string | null = null;
  let isClosed = false;

  return {
    async receive(name, body, signal) {
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

    close(error) {
      if (isClosed) return;
      isClosed = true;
      fs.rmSync(zip, { force: true });
      if (error !== undefined) {
        removeStaged(config.indexFolder, id);
        recordRefusal(audit, by, fileName, error);
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
    const bytes = await receiveZip({ file: zip, name, maxBytes, body, signal, onBytes });
    return { bytes, ...((await check.run({ zip, staged_id: id })) as CheckedSnapshot) };
  } finally {
    await check.end();
  }
}
