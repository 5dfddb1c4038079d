// Checks that no entry waits for long while workers are idle.
import type { Check } from '../core/check.ts';
import { formatDuration, plural } from '../core/format.ts';
import type { QueueContext } from './parts.ts';
import { viewQueue } from './queue-view.ts';

export const queueHead = { id: 'queue', component: 'queue', title: 'Queue' };

export function stuckCheck(
  sources: Pick<QueueContext, 'config' | 'counts' | 'queue' | 'workers' | 'telemetry' | 'now'>,
): Check {
  return {
    ...queueHead,
    everySec: 60,
    opensAt: 'second',
    async look() {
      const { oldestAt, workers, pending } = await viewQueue(sources);
      const waitsMs = oldestAt === null ? 0 : sources.now().getTime() - Date.parse(oldestAt);
      const { oldestPendingMs } = sources.config.checks;
      const hasIdle = workers.some(({ view }) => view === 'idle');
      if (pending.total === 0) return { says: 'Nothing waits.', found: [] };
      if (!hasIdle || waitsMs <= oldestPendingMs)
        return { says: `${plural(pending.total, 'entry waits', 'entries wait')}, none for long.`, found: [] };
      return {
        says: 'Entries wait; workers are idle.',
        found: [
          {
            subject: 'stuck',
            severity: 'error',
            title: 'Entries wait although workers are idle',
            text: `The oldest has waited longer than ${formatDuration(oldestPendingMs / 1000)}. Restart the workers; if that does not help, rebuild the index.`,
            stops: ['embedding'],
            runbook: 'queue-stands-still',
            causedBy: ['embedder', 'embedding-outage'],
          },
        ],
      };
    },
  };
}
