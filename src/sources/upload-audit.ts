// Audits uploads of which nothing was kept.
import type { Audit, Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';

type Refused = {
  /** Such as `snapshot.upload`. */
  event: string;
  by: Requester;
  fileName: string | null;
  error: unknown;
};

/** Records why: refused, or failed for a cause that the upload has no part in. */
export function recordRefusedUpload(audit: Audit, { event, by, fileName, error }: Refused) {
  const { code: general, message, details } = error as AppError;
  const isRefused = error instanceof AppError && general !== 'internal' && general !== 'disk_full';
  const code = String(details?.code ?? general ?? 'internal');
  const entry = { event, by, target: fileName };
  if (isRefused) audit.refuse({ ...entry, code, message });
  else audit.record({ ...entry, outcome: 'failed', detail: { code, message } });
}

/** The error of an upload during which the server was killed. */
export function lostUpload(id: string): AppError {
  const message = 'The server stopped during this upload. Nothing was kept.';
  return new AppError('internal', message, { code: 'lost', upload: id });
}
