// An invisible card that changes with every incident and every due time that is over. The lists, which their address filters, then
// fetch themselves again.
import type { SharedCard } from '../../web/card.ts';
import type { IncidentContext } from '../parts.ts';

export const incidentsCard = ({ overview }: Pick<IncidentContext, 'overview'>): SharedCard => ({
  name: 'incidents',
  host: 'incidents-changes',
  path: '/ui/incidents/changes',
  dirtyOn: ['incidents', 'findings'],
  load() {
    const { newestEntry, overdue, items } = overview.read();
    return { digest: [newestEntry, overdue, items.open, items.overdue].join('-') };
  },
});
