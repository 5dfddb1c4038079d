// Checks that the embedding service answers while entries wait for it.
import type { Check } from '../core/check.ts';
import { plural } from '../core/format.ts';
import type { QueueContext } from './parts.ts';
import { viewQueue } from './queue-view.ts';

export const embeddingOutageHead = {
  id: 'embedding-outage',
  component: 'embedder',
  title: 'Embedding of waiting entries',
};

export function queueCheck(sources: Pick<QueueContext, 'counts' | 'queue' | 'workers' | 'telemetry'>): Check {
  return {
    ...embeddingOutageHead,
    everySec: 10,
    dirtyOn: ['workers', 'library', 'job'],
    /** An outage fails no entry, so it is a problem only while entries wait. */
    async look() {
      const { outage, pending } = await viewQueue(sources);
      const says = `No outage is known, ${plural(pending.total, 'entry waits', 'entries wait')}.`;
      if (!outage) return { says, found: [] };
      return {
        says: 'It does not answer.',
        found: [
          {
            subject: 'outage',
            severity: 'error',
            title: 'Nothing is embedded: the embedding service does not answer',
            text: `${outage.message} The entries stay in the queue and are retried automatically.`,
            stops: ['embedding'],
            runbook: 'queue-stands-still',
            since: outage.since,
          },
        ],
      };
    },
  };
}
