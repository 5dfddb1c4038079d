// An invisible card that changes with every error that is counted and with every decision. The open lists, which their address
// filters, and the pages of groups then fetch themselves again.
import type { SharedCard } from '../../web/card.ts';
import type { ErrorContext } from '../parts.ts';

export const errorsCard = ({ groups }: Pick<ErrorContext, 'groups'>): SharedCard => ({
  name: 'errors',
  host: 'errors-changes',
  path: '/ui/errors/changes',
  dirtyOn: ['errors'],
  load: () => ({ digest: JSON.stringify(groups.summary()) }),
});
