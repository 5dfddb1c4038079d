// Commands for jobs. Each calls the API and prints the result.
import { AppError } from '../core/errors.ts';
import { formatBytes, formatNumber, plural } from '../core/format.ts';
import type { ArgumentProperty } from '../core/operation.ts';
import { shorten } from '../core/shorten.ts';
import { onStopSignal } from '../core/stop-signals.ts';
import { type Client, type Command, withJson } from '../core/terminal/command.ts';
import { exitCodeOfJob, exits } from '../core/terminal/exit-codes.ts';
import { switchFlag, textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { follow, showEnd } from './follow.ts';
import { isTerminal } from './job.ts';
import type { Accepted, JobBody } from './job-body.ts';
import type { RetentionPreview } from './retention.ts';

export const runFlags = withJson({
  reason: textFlag('Why; kept in the audit log'),
  confirm: textFlag('Confirmation word of a destructive run'),
  wait: switchFlag('Wait for locks instead of failing'),
});
const limit = { type: 'integer', title: 'Number of jobs, 1 to 200', default: 20 } satisfies ArgumentProperty;

export const jobCommands: Command[] = [
  {
    name: 'jobs',
    summary: 'Lists or searches jobs, newest first.',
    flags: {
      status: textFlag('Status, e.g. failed or queued,running'),
      operation: textFlag('Only jobs of this operation'),
      q: textFlag('Search, e.g. error:"disk full" since:7d'),
      limit,
    },
    async run(client, { values }, screen) {
      const given = Object.entries({ limit: limit.default, ...values });
      const query = new URLSearchParams(
        given.map(([name, value]): [string, string] => [name, String(value)]),
      );
      const page = await client.get<{ items: JobBody[]; total: number }>(`/api/v1/operations/jobs?${query}`);
      const count = page.items.length === 0 ? 'No jobs.' : `${page.items.length} of ${page.total}`;
      return screen.show(page, ...page.items.map(formatJob), count);
    },
  },
  {
    name: 'job',
    example: '412',
    summary: 'Shows one job.',
    flags: { follow: switchFlag('Show its output until it ends') },
    wordsMax: 1,
    async run(client, { values, rest }, screen) {
      const job = await findJob(client, rest);
      if (values.follow) {
        const ended = await follow(client, job.number, screen);
        showEnd(ended, screen);
        return exitCodeOfJob(ended);
      }
      screen.line(
        `Requested by ${job.requested_by}, ${job.started_at ? `started at ${job.started_at}` : `queued at ${job.created_at}`}`,
      );
      for (const [name, value] of Object.entries(job.args))
        screen.line(`  ${name}: ${shorten(String(value))}`);
      if (job.reason) screen.line(`Reason: ${job.reason}`);
      showEnd(job, screen);
      return exits.succeeded;
    },
  },
  {
    name: 'cancel',
    example: '412',
    summary: 'Cancels a waiting or running job.',
    wordsMax: 1,
    async run(client, { rest }, screen) {
      const { number } = await findJob(client, rest);
      const asked = await client.post<JobBody>(`/api/v1/operations/jobs/${number}/cancel`, {});
      const ended = isTerminal(asked.status) ? asked : await follow(client, number, screen, true);
      showEnd(ended, screen);
      return ended.status === 'cancelled' ? exits.succeeded : exits.failed;
    },
  },
  {
    name: 'retry',
    example: '412',
    summary: 'Runs a failed or cancelled job again.',
    flags: runFlags,
    wordsMax: 1,
    async run(client, { values, rest }, screen) {
      const job = await findJob(client, rest);
      const path = `/api/v1/operations/jobs/${job.number}/retry`;
      const accepted = await client.post<Accepted>(path, runBody(client, values));
      return followToEnd(client, job.operation, accepted, screen);
    },
  },
  {
    name: 'remove-job',
    example: '412',
    summary: 'Removes an ended job with its log and result rows.',
    wordsMax: 1,
    async run(client, { rest }, screen) {
      const job = await findJob(client, rest);
      await client.delete(`/api/v1/operations/jobs/${job.number}`);
      return screen.show({ removed: job.number }, `${job.operation} #${job.number} removed.`);
    },
  },
  {
    name: 'retention',
    summary: 'Shows what the daily clean-up would remove now.',
    async run(client, _given, screen) {
      const preview = await client.get<RetentionPreview>('/api/v1/operations/retention');
      return screen.show(preview, formatRetention(preview));
    },
  },
];

function formatRetention(preview: RetentionPreview): string {
  const { days, jobs_kept, jobs, failed_jobs, log_bytes, has_more } = preview;
  const rule = `Kept: ${days} days and ${formatNumber(jobs_kept)} jobs, failures four times as long.`;
  if (jobs === 0) return `${rule} Nothing would be removed now.`;
  const found = `${plural(jobs, 'job')}${has_more ? ' or more' : ''}`;
  return `${rule} The clean-up would now remove ${found}, ${formatNumber(failed_jobs)} of them failed, with ${formatBytes(log_bytes)} of logs.`;
}

/** Follows an accepted job and gives its exit code. Ctrl+C cancels a job that runs in this process; a job on a server keeps
 *  running. */
export async function followToEnd(client: Client, operation: string, accepted: Accepted, screen: Screen) {
  const { number } = accepted;
  screen.line(`${operation} #${number} queued.`);
  let interrupt = () => {};
  const interrupted = new Promise<'interrupted'>((resolve) => {
    interrupt = () => resolve('interrupted');
  });
  const restore = onStopSignal(interrupt);
  client.release(accepted);
  const following = follow(client, number, screen);
  if ((await Promise.race([following, interrupted])) === 'interrupted') {
    if (!client.isByHand) {
      screen.line(`${operation} #${number} keeps running. Cancel it with: npm run chl -- cancel ${number}`);
      process.exit(exits.failed);
    }
    await client.post(`/api/v1/operations/jobs/${number}/cancel`, {});
  }
  const ended = await following;
  restore();
  showEnd(ended, screen);
  return exitCodeOfJob(ended);
}

/** Without a server no other job makes progress, so waiting for a lock would never end. */
export function runBody({ isByHand }: Client, { reason, confirm, wait }: Record<string, unknown>) {
  return { reason, confirm, when_locked: wait === true && !isByHand ? 'wait' : undefined };
}

function findJob(client: Client, [number]: string[]): Promise<JobBody> {
  if (number)
    return client.get<JobBody>(`/api/v1/operations/jobs/${encodeURIComponent(number.replace(/^#/, ''))}`);
  const message = 'Which job? Give its number, e.g. 412; "npm run chl -- jobs" lists them.';
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'job', message }] });
}

function formatJob({ number, status, operation, requested_by, created_at, failure }: JobBody): string {
  const columns = [`#${number}`.padEnd(7), status.padEnd(10), operation.padEnd(16), created_at];
  return `${columns.join(' ')} by ${requested_by}${failure ? `  ${failure.message.replace(/\s+/g, ' ')}` : ''}`;
}
