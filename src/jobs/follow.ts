// Follows a job to its end: shows what it writes and where it stands.
import { nameBlocker } from './name-blocker.ts';
import { TextDecoder } from 'node:util';
import { isTerminal } from './job.ts';
import { formatNumber, formatDuration, formatPercent, formatTimeLeft } from '../core/format.ts';
import { shorten } from '../core/shorten.ts';
import type { Client } from '../core/terminal/command.ts';
import type { JobBody } from './job-body.ts';
import type { Screen } from '../core/terminal/screen.ts';

const pollMs = 200;

/** Gives the job as it ended. With `isQuiet` its output is not shown. */
export async function follow(client: Client, number: number, screen: Screen, isQuiet = false) {
  const decoder = new TextDecoder();
  for (let offset = 0; ; ) {
    // The job before its log: once it has ended, nothing is written after what is read now.
    const job = await client.get<JobBody>(`/api/v1/operations/jobs/${number}`);
    if (!isQuiet && !screen.isJson) offset = await showLog(client, number, offset, screen, decoder);
    if (isTerminal(job.status)) return job;
    screen.progress(`${job.status} ${job.progress?.phase}`, formatProgress(job));
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

/** `import #412 succeeded after 3.1 s.`, and the plain values of its result, cut; all of it is in the JSON. */
export function showEnd(job: JobBody, screen: Screen) {
  const { operation, number, status, refusal, failure, result, started_at, finished_at } = job;
  const sec = started_at && finished_at ? (Date.parse(finished_at) - Date.parse(started_at)) / 1000 : null;
  screen.line(`${operation} #${number} ${status}${sec === null ? '' : ` after ${formatDuration(sec)}`}.`);
  if (refusal) screen.line(`Would be refused: ${refusal}.`);
  if (failure) screen.line(shorten(failure.message));
  for (const [name, value] of Object.entries(result ?? {}))
    if (typeof value !== 'object') screen.line(`  ${shorten(name)}: ${shorten(String(value))}`);
  screen.json(job);
}

/** All there is from `offset` on; gives where it ends. */
async function showLog(client: Client, number: number, offset: number, screen: Screen, decoder: TextDecoder) {
  for (let at = offset; ; ) {
    const piece = await client.log(number, at);
    if (piece.bytes.length === 0) return at;
    if (piece.offset > at) screen.line(`[${formatNumber(piece.offset - at)} bytes are no longer kept]`);
    screen.output(piece.bytes, decoder.decode(piece.bytes, { stream: true }));
    at = piece.offset + piece.bytes.length;
  }
}

function formatProgress(job: JobBody): string {
  const { operation, number, status, progress, waits_for, next_attempt_at } = job;
  const name = `${operation} #${number}`;
  if (waits_for) return `${name} waits for ${nameBlocker(waits_for)}`;
  if (status === 'retrying') return `${name} is retried at ${next_attempt_at}`;
  if (!progress) return `${name} is ${status}`;
  const { done, total, phase, note, eta_sec } = progress;
  const amount = total
    ? `${formatNumber(done)} of ${formatNumber(total)}, ${formatPercent(done, total)}`
    : formatNumber(done);
  const left = eta_sec === null || (total !== null && done >= total) ? null : formatTimeLeft(eta_sec);
  return [`${name}: ${phase ? `${phase} ` : ''}${amount}`, left, note].filter(Boolean).join(', ');
}
