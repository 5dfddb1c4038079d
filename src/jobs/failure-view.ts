// How a failure is shown: its title in the script's own words, why it happened, and a next step that exists.
import { formatNumber } from '../core/format.ts';
import { isObject } from '../core/json.ts';
import type { Operation } from '../core/operation.ts';
import { shorten } from '../core/shorten.ts';
import type { Failure, FailureCode, Job } from './job.ts';

type Texts = { name: string; why: string };

const texts: Record<FailureCode, Texts> = {
  spawn_failed: {
    name: 'Could not start',
    why: 'The script is missing or cannot be executed on this machine.',
  },
  exited: { name: 'Ended with an error', why: 'The script reported an error and stopped.' },
  signalled: {
    name: 'Killed from outside',
    why: 'Another program or the system killed the process, for example because memory ran out.',
  },
  timed_out: { name: 'Took too long', why: 'The job reached its time limit and was stopped.' },
  bad_input: { name: 'Invalid input', why: 'The input did not pass the checks. Nothing was written.' },
  bad_output: {
    name: 'Invalid script messages',
    why: 'The server could not read the messages that the script sent.',
  },
  lost: {
    name: 'Lost',
    why: 'The server stopped while the job ran, or could not record its result.',
  },
  shutdown: { name: 'Stopped with the server', why: 'The server was stopped while the job ran.' },
};

/** Failures whose message is the script's own. */
const inOwnWords: FailureCode[] = ['exited', 'bad_input'];
const maxTitleLength = 160;

type HasRows = (jobId: string) => boolean;

/** `hasRows`: whether a job has result rows, which its page lists. */
export function viewFailure(job: Job, operation: Operation | null, hasRows: HasRows) {
  const { failure } = job;
  if (!failure) return null;
  const { name, why } = { ...texts[failure.code], ...readOwnTexts(failure) };
  const message = shorten(failure.message);
  return {
    ...failure,
    message,
    title: titleOf(failure),
    name,
    why,
    next: nextStep(failure, operation, () => hasRows(job.id)),
    /** The first ones, as the script reported them. */
    problems: readProblems(failure),
    /** For the clipboard. */
    text: [`${job.operation} #${job.number}: ${message}`, failure.stderr_tail].filter(Boolean).join('\n\n'),
  };
}

/** Returns the texts in the details of the failure, which replace the general ones. */
function readOwnTexts({ code, detail }: Failure): Partial<Texts> {
  if (!inOwnWords.includes(code)) return {};
  const { name, why } = detail ?? {};
  return {
    ...(typeof name === 'string' && { name: shorten(name) }),
    ...(typeof why === 'string' && { why: shorten(why) }),
  };
}

/** The script's last error line without its exit code; for other failures their name. Equal failures have equal titles. */
export function titleOf({ code, message }: Failure): string {
  if (!inOwnWords.includes(code)) return texts[code].name;
  const line = (message.split('\n')[0] ?? '').replace(/ \(exit code \d+\)$/, '').trim();
  if (line === '') return texts[code].name;
  return line.length > maxTitleLength ? `${line.slice(0, maxTitleLength - 1)}…` : line;
}

const maxProblems = 50;

/** The problems of `failure.detail`, which any script may send: where each is, its value, and its message. */
function readProblems({ detail }: Failure) {
  const given = Array.isArray(detail?.problems) ? detail.problems : [];
  return given.slice(0, maxProblems).flatMap((problem: unknown) => {
    if (!isObject(problem) || typeof problem.message !== 'string') return [];
    const { tab, row, column, field, value, message } = problem;
    const text = (one: unknown) => (typeof one === 'string' && one !== '' ? shorten(one) : null);
    const parts = [
      text(tab),
      typeof row === 'number' ? `row ${formatNumber(row)}` : null,
      text(column ?? field),
    ];
    return [
      { place: parts.filter(Boolean).join(', ') || '–', value: text(value), message: shorten(message) },
    ];
  });
}

function nextStep(failure: Failure, operation: Operation | null, hasRows: () => boolean): string {
  const { code, detail, stderr_tail } = failure;
  const custom = typeof operation?.script === 'object' ? operation : null;
  if (inOwnWords.includes(code) && typeof detail?.next === 'string') return shorten(detail.next);
  switch (code) {
    case 'spawn_failed':
      return custom
        ? `Check the command of ${custom.name} in operations.yaml, then retry.`
        : 'Run "npm ci" and "npm run chl -- doctor" in the folder of CHL Operations, then retry.';
    case 'exited':
      return stderr_tail
        ? 'Read its last error output below, fix the cause, then retry.'
        : 'Read the end of its log, fix the cause, then retry.';
    case 'signalled':
      return 'Check the free memory of this machine, then retry.';
    case 'timed_out':
      return 'If the work needs more time, raise its limit under Settings, Limits. Then retry.';
    case 'bad_input':
      if (readProblems(failure).length > 0) return 'Fix what is listed below, then run it again.';
      return hasRows()
        ? 'Fix the rows that its result lists, then run it again.'
        : 'Read the end of its log, fix the input, then run it again.';
    case 'bad_output':
      return custom
        ? 'Fix the script. docs/custom-operations.md describes the message format.'
        : 'Read the end of its log, then retry. If it happens again, report it with the log.';
    case 'lost':
      return 'No partial result is in use. Retry when ready.';
    case 'shutdown':
      return 'Retry the job.';
  }
}
