// One upload of a sheet: its files are received, a process of its own reads them, and the record makes it complete.
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { receiveFile } from '../core/receive-file.ts';
import { recordRefusedUpload } from './upload-audit.ts';
import type { CreateTask } from '../runner/task.ts';
import { type UploadedSheet, uploadedFolder, uploadedPath } from '../sheets/uploaded.ts';
import type { CheckedUpload } from './check.ts';
import { fileNameOf, nameUpload } from './file-name.ts';
import { writeRecord } from './kept.ts';
import { sheetActions } from './actions.ts';

export const maxFiles = 3;

export type UploadContext = Pick<Kernel, 'config' | 'audit' | 'now'> & { createTask: CreateTask };

type Opened = {
  id: string;
  by: Requester;
  /** Receives the bytes so far. */
  onBytes: (received: number) => void;
  /** Called once, at the end. */
  onClose: () => void;
};

export type SheetUpload = ReturnType<typeof createUpload>;

export function createUpload(
  { config, audit, now, createTask }: UploadContext,
  { id, by, onBytes, onClose }: Opened,
) {
  const folder = uploadedPath(config.root, { sheet_id: id, kind: 'files', files: [] });
  const files: string[] = [];
  let bytes = 0;
  let isClosed = false;

  return {
    /** Writes one file as it arrives. Throws `too_large`, `disk_full`, and `bad_request` with the code `aborted`,
     *  `too_many_files` or `same_name`. */
    async add(givenName: string, body: Readable, signal: AbortSignal) {
      const name = fileNameOf(givenName);
      assertNext(files, name);
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      files.push(name);
      const before = bytes;
      bytes += await receiveFile({
        file: path.join(folder, name),
        name,
        maxBytes: config.sheetMaxBytes - before,
        limitBytes: config.sheetMaxBytes,
        unchanged: 'Nothing was kept.',
        body,
        signal,
        onBytes: (received) => onBytes(before + received),
      });
    },

    /** Settles when the sheet was read and is kept. Throws `bad_input` for files that cannot be imported. */
    async finish(signal: AbortSignal): Promise<UploadedSheet> {
      const check = createTask({ script: 'check-sheet', id: `check-${id}`, onProgress() {}, signal });
      try {
        const checked = (await check.run({ sheet_id: id, files })) as CheckedUpload;
        const about = { sheet_id: id, file_name: nameUpload(files), files, bytes, uploaded_by: by.actor };
        const sheet = { ...about, uploaded_at: now().toISOString(), ...checked };
        writeRecord(config.root, sheet, now());
        const { kind, tabs } = checked;
        const detail = { sheet_id: id, bytes, kind, rows: tabs.map(({ rows }) => rows) };
        audit.record({ event: sheetActions.upload.name, outcome: 'ok', by, target: sheet.file_name, detail });
        return sheet;
      } finally {
        await check.end();
      }
    },

    /** To be called in every case. With an error, nothing is kept, and the audit log says why. */
    close(error?: unknown) {
      if (isClosed) return;
      isClosed = true;
      if (error !== undefined) {
        fs.rmSync(uploadedFolder(config.root, id), { recursive: true, force: true });
        const fileName = files.length === 0 ? null : nameUpload(files);
        recordRefusedUpload(audit, { event: sheetActions.upload.name, by, fileName, error });
      }
      onClose();
    },
  };
}

function assertNext(files: string[], name: string) {
  if (files.length === maxFiles) {
    const message = 'Choose one workbook, one ZIP, or up to three CSV files. Nothing was kept.';
    throw new AppError('bad_request', message, { code: 'too_many_files' });
  }
  if (!files.some((other) => other.toLowerCase() === name.toLowerCase())) return;
  const message = `Two files are named ${name}. Choose one file for each tab. Nothing was kept.`;
  throw new AppError('bad_request', message, { code: 'same_name' });
}
