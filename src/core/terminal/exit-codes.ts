// The exit codes of the command line: 0 succeeded, 1 failed, 2 usage error, 65 bad input, 75 locked or temporarily
// unavailable (65 and 75 as in sysexits.h and as scripts exit).
import type { ErrorCode } from '../errors.ts';

export const exits = { succeeded: 0, failed: 1, usage: 2, badInput: 65, temporary: 75 } as const;

const usage: ErrorCode[] = ['not_found', 'invalid_arguments', 'confirmation_required', 'bad_json'];
const temporary: ErrorCode[] = [
  'operation_locked',
  'maintenance',
  'drain_running',
  'no_workers',
  'busy',
  'stopping',
  'temporary',
];

export function exitCodeOf(code: ErrorCode): number {
  if (usage.includes(code)) return exits.usage;
  if (temporary.includes(code)) return exits.temporary;
  return code === 'bad_input' ? exits.badInput : exits.failed;
}

type EndedJob = { status: string; refusal: string | null; failure: { code: string } | null };

/** The exit code for a job that has ended: a dry run exits as the run itself would. */
export function exitCodeOfJob({ status, refusal, failure }: EndedJob): number {
  if (refusal !== null) return exits.badInput;
  if (status === 'succeeded') return exits.succeeded;
  return failure?.code === 'bad_input' ? exits.badInput : exits.failed;
}
