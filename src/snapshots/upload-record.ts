// How an upload is named on disk and in the audit log.
import type { Audit, Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Staged } from './staging.ts';

export function uploadFileName(id: string): string {
  return `snapshot-${id}.zip`;
}

/** Null when the file is not an upload. */
export function uploadIdOf(fileName: string): string | null {
  return /^snapshot-([0-9a-f]{8})\.zip$/.exec(fileName)?.[1] ?? null;
}

export function recordStaged(audit: Audit, by: Requester, snapshot: Staged) {
  const { staged_id, file_name, bytes, coverage } = snapshot;
  const { model, count } = snapshot.manifest;
  const detail = { staged_id, bytes, model, count, coverage };
  audit.record({ event: 'snapshot.upload', outcome: 'ok', by, target: file_name, detail });
}

/** Records why nothing was staged: refused, or failed for a cause that the upload has no part in. */
export function recordRefusal(audit: Audit, by: Requester, fileName: string | null, error: unknown) {
  const { code, message, details } = error as AppError;
  const isRefused = error instanceof AppError && code !== 'internal' && code !== 'disk_full';
  audit.record({
    event: 'snapshot.upload',
    outcome: isRefused ? 'refused' : 'failed',
    by,
    target: fileName,
    detail: { code: details?.code ?? code ?? 'internal', message },
  });
}
