// The verbs of the command line on workers and queue. Each asks the API, and says what came of it.
import type { ArgumentProperty } from '../core/operation.ts';
import { count, duration, plural } from '../core/format.ts';
import { type Client, withClient } from './client.ts';
import { exits } from './exit-codes.ts';
import { readFlags, switchFlag, textFlag } from './flags.ts';
import type { Screen } from './screen.ts';

const json = switchFlag('Print JSON');
export const workersFlags = { json };
export const drainFlags = {
  timeout: {
    type: 'integer',
    title: 'Seconds to wait at most, 10 to 3600',
    default: 300,
  } satisfies ArgumentProperty,
  cancel: switchFlag('Ends the drain that runs; the workers go on'),
  json,
};
export const retryFailedFlags = {
  kind: {
    type: 'string',
    title: 'Only of this kind',
    enum: ['experience', 'manual'],
  } satisfies ArgumentProperty,
  category: textFlag('Only of this category, by its code'),
  entry: textFlag('Only this entry, by its id'),
  json,
};

type DrainBody = {
  deadline_at: string;
  forecast_left: number | null;
  outcome: string | null;
  left: number | null;
};
type WorkersBody = {
  workers: {
    worker_id: string;
    state: string;
    current: { entry: string } | null;
    processed: number;
    failed: number;
    rate_per_min: number;
    problem: string | null;
  }[];
  paused_by: string | null;
  held_by: { operation: string; number: number } | null;
  drain: DrainBody | null;
};
type QueueBody = {
  pending: { total: number };
  failed: { total: number };
  oldest_pending_sec: number | null;
  rate_per_min: number;
  eta_sec: number | null;
  paused: boolean;
  outage: { message: string } | null;
};

export function showWorkers(words: string[], screen: Screen): Promise<number> {
  return withClient(async (client) => {
    readFlags(words, workersFlags);
    return show(await client.get<WorkersBody>('/api/v1/workers'), client, screen);
  });
}

/** `pause` or `resume`: all, or the one that is named. */
export const steerWorkers = (verb: 'pause' | 'resume') => (words: string[], screen: Screen) =>
  withClient(async (client) => {
    const [name] = readFlags(words, workersFlags, 1).rest;
    const body = name === undefined ? {} : { worker_id: name };
    return show(await client.post<WorkersBody>(`/api/v1/workers/${verb}`, body), client, screen);
  });

export function drainWorkers(words: string[], screen: Screen): Promise<number> {
  return withClient(async (client) => {
    const { timeout = drainFlags.timeout.default, cancel } = readFlags(words, drainFlags).values;
    const answer = cancel
      ? client.post<WorkersBody>('/api/v1/workers/drain/cancel', {})
      : client.post<WorkersBody>('/api/v1/workers/drain', { timeout_sec: timeout });
    return show(await answer, client, screen);
  });
}

export function showQueue(words: string[], screen: Screen): Promise<number> {
  return withClient(async (client) => {
    readFlags(words, workersFlags);
    const queue = await client.get<QueueBody>('/api/v1/queue');
    screen.line(wordQueue(queue));
    screen.json(queue);
    return exits.succeeded;
  });
}

export function retryFailed(words: string[], screen: Screen): Promise<number> {
  return withClient(async (client) => {
    const { json: _, ...selection } = readFlags(words, retryFailedFlags).values;
    const answer = await client.post<{ retried: number }>('/api/v1/queue/retry-failed', selection);
    screen.line(`${plural(answer.retried, 'entry waits', 'entries wait')} again.`);
    screen.json(answer);
    return exits.succeeded;
  });
}

function show(body: WorkersBody, { isByHand }: Client, screen: Screen): number {
  for (const worker of body.workers) {
    const doing = worker.problem ?? (worker.current ? `embedding ${worker.current.entry}` : '');
    const counts = `${count(worker.processed)} processed, ${count(worker.failed)} failed, ${count(worker.rate_per_min)}/min`;
    screen.line(`${worker.worker_id.padEnd(10)} ${worker.state.padEnd(9)} ${counts}  ${doing}`.trimEnd());
  }
  if (body.workers.length === 0)
    screen.line(
      isByHand
        ? 'No worker runs: the server, which keeps some, does not. Start it, or a worker with npm run worker.'
        : 'No workers are registered. Start one with npm run worker.',
    );
  if (body.held_by)
    screen.line(`Paused while ${body.held_by.operation} #${body.held_by.number} changes the library.`);
  if (body.paused_by) screen.line(`All paused by ${body.paused_by}.`);
  if (body.drain) screen.line(wordDrain(body.drain));
  screen.json(body);
  return exits.succeeded;
}

function wordDrain({ deadline_at, forecast_left, outcome, left }: DrainBody): string {
  if (outcome === 'drained') return 'Drained: 0 entries left.';
  if (outcome !== null)
    return `Drain ${outcome.replace('_', ' ')}, ${plural(left ?? 0, 'entry', 'entries')} left.`;
  const forecast = forecast_left === null ? '' : `; likely leaves about ${count(forecast_left)}`;
  return `Draining until ${deadline_at}${forecast}.`;
}

function wordQueue({
  pending,
  failed,
  oldest_pending_sec,
  rate_per_min,
  eta_sec,
  paused,
  outage,
}: QueueBody): string {
  const parts = [`${count(pending.total)} pending, ${count(failed.total)} failed`];
  if (oldest_pending_sec !== null) parts.push(`the oldest for ${duration(oldest_pending_sec)}`);
  if (rate_per_min > 0) parts.push(`${count(rate_per_min)}/min`);
  if (eta_sec) parts.push(`clears in about ${duration(eta_sec)}`);
  if (paused) parts.push('paused');
  return `${parts.join(', ')}.${outage ? ` The embedding service does not answer: ${outage.message}` : ''}`;
}
