// The uploaded sheets that are kept: removes those that a person no longer wants or nobody has used.
import { type Audit, type AuditEntry, auditRefusal, type Requester, systemRequester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { sheetActions } from './actions.ts';
import { lostUpload, recordRefusedUpload } from './upload-audit.ts';
import { readUploaded, type UploadedSheet } from '../sheets/uploaded.ts';
import { markUsed, removeUploaded, sweepUploaded } from './kept.ts';

type Given = {
  root: string;
  audit: Audit;
  now: () => Date;
  /** The number of an unfinished job that names the sheet; null without one. */
  wantedBy: (sheetId: string) => number | null;
  isActive: (sheetId: string) => boolean;
};

export function createKeptSheets({ root, audit, now, wantedBy, isActive }: Given) {
  return {
    /** Restarts the hour for which a sheet is kept. */
    markUsed: (id: string) => markUsed(root, id, now()),

    /** Removes a sheet and returns it. Throws `not_found`, or `operation_locked` while a job needs it. */
    remove(id: string, by: Requester): UploadedSheet {
      const sheet = readUploaded(root, id);
      if (!sheet) throw new AppError('not_found', 'This upload is gone already. Nothing was changed.');
      const job = wantedBy(id);
      const entry = { ...removalOf(by, sheet), detail: { sheet_id: id, job } };
      auditRefusal(audit, entry, () => assertFree(sheet, job));
      recordRemoval(by, sheet);
      removeUploaded(root, id);
      return sheet;
    },

    /** Removes sheets that nobody has used for an hour, and what uploads left when the server was killed. */
    sweep() {
      const isNeeded = (id: string) => isActive(id) || wantedBy(id) !== null;
      const { expired, unfinished } = sweepUploaded(root, now(), isNeeded);
      for (const sheet of expired) recordRemoval(systemRequester, sheet);
      for (const id of unfinished) {
        const refused = { by: systemRequester, fileName: null, error: lostUpload(id) };
        recordRefusedUpload(audit, { event: sheetActions.upload.name, ...refused });
      }
    },
  };

  function recordRemoval(by: Requester, sheet: UploadedSheet) {
    audit.record({ ...removalOf(by, sheet), outcome: 'ok' });
  }
}

function assertFree({ file_name }: UploadedSheet, job: number | null) {
  if (job === null) return;
  const message = `Job #${job} reads ${file_name}. Cancel that job, then remove the file.`;
  throw new AppError('operation_locked', message);
}

function removalOf(by: Requester, { sheet_id, file_name }: UploadedSheet): AuditEntry {
  return { event: sheetActions.remove.name, by, target: file_name, detail: { sheet_id } };
}
