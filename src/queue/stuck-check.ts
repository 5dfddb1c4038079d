// Checks that no entry waits for long while workers are idle. Entries of a paused kind wait because somebody wants it.
import type { Check } from '../core/check.ts';
import { formatDuration, plural } from '../core/format.ts';
import type { QueueContext } from './parts.ts';
import type { Kind } from '../library/content.ts';
import { describePausedKinds, openKinds } from '../workers/paused-kinds.ts';
import { viewQueue } from './queue-view.ts';

const metricOf = { experience: 'queue_pending_experiences', manual: 'queue_pending_manuals' } as const;
/** The samples of a day. */
const maxSteps = 1440;

export const queueHead = { id: 'queue', component: 'queue', title: 'Queue' };

export function stuckCheck(
  sources: Pick<QueueContext, 'config' | 'counts' | 'queue' | 'workers' | 'telemetry' | 'now'>,
): Check {
  return {
    ...queueHead,
    everySec: 60,
    opensAt: 'second',
    async look() {
      const { workers, open, pending, pausedKinds } = await viewQueue(sources);
      const { oldestPendingMs } = sources.config.checks;
      const waitsMs = open === 0 ? 0 : await waitOf(sources, openKinds(pausedKinds));
      const hasIdle = workers.some(({ view }) => view === 'idle');
      if (pending.total === 0) return { says: 'Nothing waits.', found: [] };
      if (open === 0) return { says: `${describePausedKinds(pausedKinds)}; nothing else waits.`, found: [] };
      if (!hasIdle || waitsMs <= oldestPendingMs)
        return { says: `${plural(open, 'entry waits', 'entries wait')}, none for long.`, found: [] };
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

type Waits = Pick<QueueContext, 'config' | 'queue' | 'telemetry' | 'now'>;

const stepSec = 60;

/** How long the oldest entry of these kinds has waited, at most. The queue knows since when any entry waits: while a kind is
 *  paused, samples show that the other one was empty in between. */
async function waitOf({ config, queue, telemetry, now }: Waits, open: Kind[]): Promise<number> {
  const oldestAt = await queue.oldestPendingAt(open);
  if (oldestAt === null) return 0;
  const waitsMs = now().getTime() - Date.parse(oldestAt);
  const [kind, other] = open;
  if (kind === undefined || other !== undefined) return waitsMs;
  const steps = Math.min(Math.ceil(config.checks.oldestPendingMs / 1000 / stepSec), maxSteps) + 1;
  const since = telemetry.recent(metricOf[kind], steps, stepSec).lastIndexOf(0);
  return since === -1 ? waitsMs : Math.min(waitsMs, (steps - since) * stepSec * 1000);
}
