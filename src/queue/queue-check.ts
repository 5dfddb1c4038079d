// Checks that the embedding service answers while entries wait for it.
import type { Check } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { QueueContext } from './parts.ts';
import { viewQueue } from './queue-view.ts';

export function queueCheck(sources: Pick<QueueContext, 'counts' | 'queue' | 'workers' | 'telemetry'>): Check {
  return {
    name: 'embedding-service',
    dirtyOn: ['workers', 'library', 'job'],
    async health() {
      const { outage, pending } = await viewQueue(sources);
      if (!outage || pending.total === 0) return { status: 'healthy', detail: 'No outage is known.' };
      const waiting = plural(pending.total, 'entry waits', 'entries wait');
      return { status: 'degraded', detail: `${outage.message} ${waiting} for it.` };
    },
    /** An outage fails no entry, so it is a problem only while entries wait. */
    async problem() {
      const { outage, pending } = await viewQueue(sources);
      if (!outage || pending.total === 0) return null;
      return {
        tone: 'bad',
        title: 'Nothing is embedded: the embedding service does not answer',
        text: `${outage.message} The entries stay in the queue and are retried automatically.`,
        since: outage.since,
      };
    },
  };
}
