import { plural } from '../core/format.ts';
import type { HubRow } from '../core/hub-row.ts';
import type { WebhookRepository } from '../webhook-store/webhook-repository.ts';

type Given = { webhookRepository: Pick<WebhookRepository, 'all'> };

/** Reads the rows of the webhooks alone, which say since when they fail. */
export const webhooksRow = ({ webhookRepository }: Given): HubRow => ({
  hub: 'settings',
  position: 52,
  icon: 'out',
  name: 'Webhooks',
  href: '/settings/webhooks',
  dirtyOn: ['webhooks', 'deliveries'],
  load() {
    const all = webhookRepository.all();
    if (all.length === 0)
      return { sentence: 'None. Findings, incidents and jobs can be sent to a program of yours.' };
    const off = all.filter(({ is_on: isOn, off_why: why }) => !isOn && why !== null).length;
    const failing = all.filter(({ is_on: isOn, failing_since: since }) => isOn && since !== null).length;
    const paused = all.filter(({ is_on: isOn, off_why: why }) => !isOn && why === null).length;
    const parts = [
      ...(failing > 0 ? [`${failing} failing`] : []),
      ...(off > 0 ? [`${off} switched off by the server`] : []),
      ...(paused > 0 ? [`${paused} off`] : []),
    ];
    const sentence = `${[plural(all.length, 'webhook'), ...parts].join(', ')}.`;
    if (off > 0) return { sentence, badge: { tone: 'bad', label: 'Switched off' } };
    return failing > 0 ? { sentence, badge: { tone: 'warn', label: 'Failing' } } : { sentence };
  },
});
