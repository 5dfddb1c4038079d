// Commands for workers. Each calls the API and prints the result.
import { formatNumber, plural } from '../core/format.ts';
import type { ArgumentProperty } from '../core/operation.ts';
import type { Client, Command } from '../core/terminal/command.ts';
import { switchFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { nameBlocker } from '../jobs/name-blocker.ts';
import type { DrainBody, WorkersBody } from './workers-body.ts';

const timeout = {
  type: 'integer',
  title: 'Time limit in seconds, 10 to 3600',
  default: 300,
} satisfies ArgumentProperty;

export const workerCommands: Command[] = [
  {
    name: 'workers',
    summary: 'Shows the embedding workers.',
    run: async (client, _given, screen) => show(await client.get('/api/v1/workers'), client, screen),
  },
  steer('pause', 'Pauses all workers, or one.'),
  steer('resume', 'Resumes all workers, or one.'),
  {
    name: 'drain',
    summary: 'Empties the queue within a time limit, then pauses.',
    flags: { timeout, cancel: switchFlag('Cancel the current drain; the workers keep working') },
    async run(client, { values }, screen) {
      const [path, body] = values.cancel
        ? ['drain/cancel', {}]
        : ['drain', { timeout_sec: values.timeout ?? timeout.default }];
      return show(await client.post(`/api/v1/workers/${path}`, body), client, screen);
    },
  },
];

/** All workers, or the one that is named. */
function steer(verb: 'pause' | 'resume', summary: string): Command {
  return {
    name: verb,
    example: '[embed-1]',
    summary,
    wordsMax: 1,
    async run(client, { rest: [name] }, screen) {
      const body = name === undefined ? {} : { worker_id: name };
      return show(await client.post(`/api/v1/workers/${verb}`, body), client, screen);
    },
  };
}

function show(body: WorkersBody, { isByHand }: Client, screen: Screen): number {
  for (const worker of body.workers) {
    const doing = worker.problem ?? (worker.current ? `embedding ${worker.current.entry}` : '');
    const counts = `${formatNumber(worker.processed)} processed, ${formatNumber(worker.failed)} failed, ${formatNumber(worker.rate_per_min)}/min`;
    screen.line(`${worker.worker_id.padEnd(10)} ${worker.state.padEnd(9)} ${counts}  ${doing}`.trimEnd());
  }
  if (body.workers.length === 0)
    screen.line(
      isByHand
        ? 'No worker is running, because the server is not. Start the server, or a worker with npm run worker.'
        : 'No workers are registered. Start one with npm run worker.',
    );
  if (body.held_by) screen.line(`Paused for ${nameBlocker(body.held_by)}.`);
  if (body.paused_by) screen.line(formatPause(body.paused_by, body.pause_reason));
  if (body.drain) screen.line(formatDrain(body.drain));
  return screen.show(body);
}

function formatPause(by: string, reason: string | null): string {
  return reason === null ? `All paused by ${by}.` : `All paused by ${by}: ${reason}`;
}

function formatDrain({ deadline_at, forecast_left, outcome, left }: DrainBody): string {
  if (outcome === 'drained') return 'Drained: 0 entries left.';
  if (outcome !== null)
    return `Drain ${outcome.replace('_', ' ')}, ${plural(left ?? 0, 'entry', 'entries')} left.`;
  const forecast = forecast_left === null ? '' : `; likely leaves about ${formatNumber(forecast_left)}`;
  return `Draining until ${deadline_at}${forecast}.`;
}
