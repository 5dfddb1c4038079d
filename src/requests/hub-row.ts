import type { HubRow } from '../core/hub-row.ts';
import { orProblem } from '../log-store/or-problem.ts';
import { describeFigures } from './describe.ts';
import type { RequestContext } from './parts.ts';

export const requestsRow = ({ latestDay }: Pick<RequestContext, 'latestDay'>): HubRow => ({
  hub: 'activity',
  position: 40,
  icon: 'pulse',
  name: 'Requests',
  href: '/requests',
  dirtyOn: ['sample', 'log-store'],
  async load() {
    const { read, problem } = await orProblem(latestDay());
    if (read === null) return { sentence: problem, badge: { tone: 'warn', label: 'Not read' } };
    return { sentence: describeFigures(read, '24 h') };
  },
});
