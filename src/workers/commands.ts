// Commands for workers. Each calls the API and prints the result.
import { AppError } from '../core/errors.ts';
import { formatNumber } from '../core/format.ts';
import type { ArgumentProperty } from '../core/operation.ts';
import type { Client, Command } from '../core/terminal/command.ts';
import { switchFlag, textFlag } from '../core/terminal/flags.ts';
import type { Screen } from '../core/terminal/screen.ts';
import { type Kind, kinds } from '../library/content.ts';
import { nameBlocker } from '../jobs/name-blocker.ts';
import { describeLeft } from './drain-words.ts';
import type { KindPause } from './paused-kinds.ts';
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
  steer('pause', 'Pauses all workers, one, or a kind of entries.'),
  steer('resume', 'Resumes all workers, one, or a kind of entries.'),
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

const oneOfBoth = new AppError(
  'invalid_arguments',
  'Name a worker or a kind, not both: a kind is paused for all workers.',
);

/** All workers, the one that is named, or a kind of entries. */
function steer(verb: 'pause' | 'resume', summary: string): Command {
  return {
    name: verb,
    example: '[embed-1]',
    summary,
    wordsMax: 1,
    flags: {
      kind: { type: 'string', title: 'Only this kind of entries, for all workers', enum: [...kinds] },
      reason: textFlag('Why; kept in the audit log'),
    },
    async run(client, { rest: [name], values: { kind, reason } }, screen) {
      const why = reason === undefined ? {} : { reason };
      if (kind !== undefined) {
        if (name !== undefined) throw oneOfBoth;
        await client.post(`/api/v1/queue/${verb}`, { kind, ...why });
        return show(await client.get('/api/v1/workers'), client, screen);
      }
      const body = name === undefined ? why : { worker_id: name, ...why };
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
  for (const kind of kinds) {
    const pause = body.paused_kinds[kind];
    if (pause) screen.line(formatKindPause(kind, pause));
  }
  if (body.drain) screen.line(formatDrain(body.drain));
  return screen.show(body);
}

function formatPause(by: string, reason: string | null): string {
  return reason === null ? `All paused by ${by}.` : `All paused by ${by}: ${reason}`;
}

function formatKindPause(kind: Kind, { by, reason }: KindPause): string {
  return `The kind ${kind} is paused by ${by}${reason === null ? '.' : `: ${reason}`}`;
}

function formatDrain({ deadline_at, forecast_left, outcome, left, paused_left }: DrainBody): string {
  const ended = outcome === 'drained' ? 'Drained' : `Drain ${outcome?.replace('_', ' ')}`;
  if (outcome !== null) return `${ended}: ${describeLeft({ left_over: left, paused_left })}`;
  const forecast = forecast_left === null ? '' : `; likely leaves about ${formatNumber(forecast_left)}`;
  return `Draining until ${deadline_at}${forecast}.`;
}
