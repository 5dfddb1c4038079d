// An invisible card that changes with each edit and each attempt. The list, the pages of webhooks and those of deliveries, which
// their address filters, then fetch themselves again.
import type { SharedCard } from '../../web/card.ts';
import type { PagesContext } from './pages-context.ts';

export const webhooksCard = ({ webhookEdits, deliveries }: PagesContext): SharedCard => ({
  name: 'webhooks',
  host: 'webhooks-changes',
  path: '/ui/webhooks/digest',
  dirtyOn: ['webhooks', 'deliveries'],
  load() {
    const all = webhookEdits.all().map(({ name, is_on: isOn, changed_at: at, secret_at: secretAt }) => ({
      ...{ name, isOn, at, secretAt },
      counts: deliveries.counts(name),
    }));
    return { digest: JSON.stringify([all, deliveries.newestAttemptAt()]) };
  },
});
