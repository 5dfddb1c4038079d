// An invisible card that changes with the runbooks and their runs. The open lists, which their address filters, and the pages of
// runbooks then fetch themselves again.
import type { SharedCard } from '../../web/card.ts';
import type { RunbookContext } from '../parts.ts';

export const runbooksCard = ({ runbooks, runRepository }: RunbookContext): SharedCard => ({
  name: 'runbooks',
  host: 'runbooks-changes',
  path: '/ui/runbooks/changes',
  dirtyOn: ['documents', 'runs', 'incidents'],
  load: () => ({ digest: JSON.stringify([runbooks.summary().digest, runRepository.digest()]) }),
});
