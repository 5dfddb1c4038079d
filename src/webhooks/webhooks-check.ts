// Names the webhooks that do not reach their receivers, that the server has switched off, or that have no secret.
import type { Check, Found } from '../core/check.ts';
import { plural } from '../core/format.ts';
import { url } from '../core/url.ts';
import { webhookTarget } from '../webhook-store/actions.ts';
import type { Webhook, WebhookRepository } from '../webhook-store/webhook-repository.ts';
import type { DeliveryList } from './delivery-list-repository.ts';
import { countFailures } from './health.ts';
import type { Sender } from './sender.ts';

type Given = {
  webhookRepository: Pick<WebhookRepository, 'all'>;
  deliveryList: Pick<DeliveryList, 'failedSince'>;
  webhookSecrets: { read(name: string): string[] };
  sender: Pick<Sender, 'isStuck'>;
};

const minFailures = 5;
const stuckMs = 120_000;

export const webhooksHead = { id: 'webhooks', component: 'webhooks', title: 'Webhooks' };

export function webhooksCheck(given: Given): Check {
  return {
    ...webhooksHead,
    everySec: 60,
    dirtyOn: ['webhooks', 'deliveries'],
    look() {
      const all = given.webhookRepository.all();
      const on = all.filter(({ is_on: isOn }) => isOn);
      const found = all.map((webhook) => findTrouble(given, webhook)).filter((one) => one !== null);
      return { says: `${plural(on.length, 'webhook')} on`, found: [...findStuck(given), ...found] };
    },
  };
}

function findStuck({ sender }: Given): Found[] {
  if (!sender.isStuck(stuckMs)) return [];
  const { component } = webhooksHead;
  return [
    {
      subject: 'stuck',
      component,
      severity: 'error',
      title: 'Events are not sent to the webhooks',
      text: 'Events have been due for over 2 min, and no attempt has ended. Read the log of the server, then restart it.',
      stops: ['events to webhooks'],
      fix: { href: '/settings/webhooks', label: 'Open the webhooks' },
    },
  ];
}

function findTrouble({ deliveryList, webhookSecrets }: Given, webhook: Webhook): Found | null {
  const { name, is_on: isOn, off_why: why, failing_since: since } = webhook;
  if (!isOn) return why === null ? null : findSwitchedOff(webhook, why);
  if (webhookSecrets.read(name).length === 0)
    return {
      ...aboutWebhook('secret', name),
      severity: 'error',
      title: `The secret of the webhook ${name} is missing`,
      text: 'Nothing is sent without a signature. Replace the secret, and give the new one to the receiver.',
      stops: [`events to ${name}`],
    };
  if (countFailures(deliveryList, name, since, minFailures) < minFailures) return null;
  return {
    ...aboutWebhook('failing', name),
    severity: 'warning',
    title: `The webhook ${name} delivers nothing`,
    text: `At least ${minFailures} attempts in a row have failed. Its deliveries show why; replay them once it answers.`,
    stops: [],
    ...(since === null ? {} : { since }),
  };
}

function findSwitchedOff({ name }: Webhook, why: string): Found {
  return {
    ...aboutWebhook('off', name),
    severity: 'error',
    title: `The server has switched off the webhook ${name}`,
    text: `${why} Repair the receiver, then switch the webhook on, or remove it.`,
    stops: [`events to ${name}`],
  };
}

function aboutWebhook(kind: string, name: string) {
  return {
    subject: `${kind}:${name}`,
    component: webhookTarget(name),
    fix: { href: url(`/settings/webhooks/${encodeURIComponent(name)}`), label: 'Open the webhook' },
  };
}
