// Commands for the embedding queue. Each calls the API and prints the result.
import { formatNumber, formatDuration, plural } from '../core/format.ts';
import type { Command } from '../core/terminal/command.ts';
import { textFlag } from '../core/terminal/flags.ts';
import { kinds } from '../library/content.ts';
import { describePaused } from './paused-words.ts';
import type { QueueBody } from './queue-view.ts';

export const queueCommands: Command[] = [
  {
    name: 'queue',
    summary: 'Shows the embedding queue.',
    async run(client, _given, screen) {
      const queue = await client.get<QueueBody>('/api/v1/queue');
      return screen.show(queue, formatQueue(queue));
    },
  },
  {
    name: 'retry-failed',
    summary: 'Puts failed entries back into the queue.',
    flags: {
      kind: { type: 'string', title: 'Only this kind', enum: [...kinds] },
      category: textFlag('Only this category (code)'),
      entry: textFlag('Only this entry (id)'),
    },
    async run(client, { values }, screen) {
      const answer = await client.post<{ retried: number }>('/api/v1/queue/retry-failed', values);
      return screen.show(answer, `${plural(answer.retried, 'entry', 'entries')} queued again.`);
    },
  },
];

function formatQueue(queue: QueueBody): string {
  const { pending, failed, oldest_pending_sec, rate_per_min, eta_sec, paused, outage } = queue;
  const parts = [`${formatNumber(pending.total)} pending, ${formatNumber(failed.total)} failed`];
  if (oldest_pending_sec !== null) parts.push(`the oldest waiting for ${formatDuration(oldest_pending_sec)}`);
  if (rate_per_min) parts.push(`${formatNumber(rate_per_min)}/min`);
  if (eta_sec) parts.push(`clears in about ${formatDuration(eta_sec)}`);
  const closed = queue.kinds.flatMap(({ kind, paused }) => (paused ? [kind] : []));
  const pauses = describePaused({ workers: queue.workers_paused, kinds: closed });
  if (pauses) parts.push(pauses);
  else if (paused) parts.push('paused');
  return `${parts.join(', ')}.${outage ? ` The embedding service does not answer: ${outage.message}` : ''}`;
}
