// Commands for the embedding queue. Each calls the API and prints the result.
import { formatNumber, formatDuration, plural } from '../core/format.ts';
import type { Command } from '../core/terminal/command.ts';
import { exits } from '../core/terminal/exit-codes.ts';
import { switchFlag, textFlag } from '../core/terminal/flags.ts';
import { kinds } from '../library/content.ts';
import type { QueueBody } from './queue-view.ts';

const json = switchFlag('Print JSON');

export const queueCommands: Command[] = [
  {
    name: 'queue',
    summary: 'Shows the embedding queue.',
    flags: { json },
    async run(client, _given, screen) {
      const queue = await client.get<QueueBody>('/api/v1/queue');
      screen.line(formatQueue(queue));
      screen.json(queue);
      return exits.succeeded;
    },
  },
  {
    name: 'retry-failed',
    summary: 'Puts failed entries back into the queue.',
    flags: {
      kind: { type: 'string', title: 'Only this kind', enum: [...kinds] },
      category: textFlag('Only this category (code)'),
      entry: textFlag('Only this entry (id)'),
      json,
    },
    async run(client, { values: { json: _, ...selection } }, screen) {
      const answer = await client.post<{ retried: number }>('/api/v1/queue/retry-failed', selection);
      screen.line(`${plural(answer.retried, 'entry', 'entries')} queued again.`);
      screen.json(answer);
      return exits.succeeded;
    },
  },
];

function formatQueue({
  pending,
  failed,
  oldest_pending_sec,
  rate_per_min,
  eta_sec,
  paused,
  outage,
}: QueueBody): string {
  const parts = [`${formatNumber(pending.total)} pending, ${formatNumber(failed.total)} failed`];
  if (oldest_pending_sec !== null) parts.push(`the oldest waiting for ${formatDuration(oldest_pending_sec)}`);
  if (rate_per_min) parts.push(`${formatNumber(rate_per_min)}/min`);
  if (eta_sec) parts.push(`clears in about ${formatDuration(eta_sec)}`);
  if (paused) parts.push('paused');
  return `${parts.join(', ')}.${outage ? ` The embedding service does not answer: ${outage.message}` : ''}`;
}
