import type { SharedCard } from '../../web/card.ts';
import type { TraceContext } from '../parts.ts';
import { viewListed } from './trace-view.ts';
import { orProblem } from './or-problem.ts';

const shown = 10;

/** The newest requests that were slow or have failed, and the button that traces all. */
export const slowRequestsCard = ({ hunt, logStore, config }: TraceContext): SharedCard => ({
  name: 'slow-requests',
  host: 'slow-requests-card',
  path: '/ui/traces/slow-requests',
  dirtyOn: ['traces', 'settings'],
  load: async () => ({
    ...(await orProblem(async () => {
      const listed = await logStore.ask('traces', { only: 'bad', limit: shown });
      return listed.map(viewListed);
    })),
    slowMs: config.slowRequestMs,
    until: hunt.until()?.toISOString() ?? null,
  }),
});
