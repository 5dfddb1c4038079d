import { orProblem } from '../../log-store/or-problem.ts';
import type { SharedCard } from '../../web/card.ts';
import type { TraceContext } from '../parts.ts';
import { viewListed } from './trace-view.ts';

const shown = 10;

/** The newest requests that were slow or have failed, and the button that traces all. */
export const slowRequestsCard = ({ hunt, logStore, config }: TraceContext): SharedCard => ({
  name: 'slow-requests',
  host: 'slow-requests-card',
  path: '/ui/traces/slow-requests',
  dirtyOn: ['traces', 'settings'],
  async load() {
    const { read, problem } = await orProblem(logStore.ask('traces', { only: 'bad', limit: shown }));
    const items = (read ?? []).map(viewListed);
    return {
      items,
      problem,
      slowMs: config.slowRequestMs,
      until: hunt.until()?.toISOString() ?? null,
    };
  },
});
