// The exit codes of the command line: 0 succeeded, 1 failed, 2 usage error, 65 bad input, 75 locked or temporarily
// unavailable (65 and 75 as in sysexits.h and as scripts exit).

export const exits = { succeeded: 0, failed: 1, usage: 2, badInput: 65, temporary: 75 } as const;

type EndedJob = { status: string; refusal: string | null; failure: { code: string } | null };

/** The exit code for a job that has ended: a dry run exits as the run itself would. */
export function exitCodeOfJob({ status, refusal, failure }: EndedJob): number {
  if (refusal !== null) return exits.badInput;
  if (status === 'succeeded') return exits.succeeded;
  return failure?.code === 'bad_input' ? exits.badInput : exits.failed;
}
