// The failure of a job.
import type { Redactor } from '../core/redaction.ts';
import type { Job } from '../jobs/job.ts';
import { firstOwnFrame } from './frames.ts';
import { type Seen, toSeen } from './seen.ts';

/** Null for a job that has not failed. `root`: the folder of this program. */
export function seenInJob(
  { status, failure, operation, number, finished_at, request_id }: Job,
  { record }: Pick<Redactor, 'record'>,
  root: string,
): Seen | null {
  if (status !== 'failed' || failure === null) return null;
  const reported = failure.detail?.code;
  const output = failure.stderr_tail ?? '';
  return toSeen({
    source: 'job',
    code: record(typeof reported === 'string' ? reported : failure.code),
    place: operation,
    frame: firstOwnFrame(output, root),
    message: record(failure.message),
    text: record([failure.message, output].filter(Boolean).join('\n\n')),
    at: new Date(finished_at ?? Date.now()),
    requestId: request_id,
    job: number,
  });
}
