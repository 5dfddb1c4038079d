// The page of notices. Its script shows the state of the browser, of which the server knows nothing.
import type { FastifyInstance } from 'fastify';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { preset } from '../../webhook-store/event-patterns.ts';
import type { WebhookRepository } from '../../webhook-store/webhook-repository.ts';

export type NoticesContext = { webhookRepository: Pick<WebhookRepository, 'all'> };

const path = '/settings/notices';

export const noticesPage: Page = { path, cards: [], examples: [path] };

/** `kind`: the first word of the events of the news. */
const kinds = [
  { kind: 'finding', word: 'Findings', text: 'Trouble that a check finds, and its end.' },
  { kind: 'incident', word: 'Incidents', text: 'Opened, mitigated and resolved.' },
  { kind: 'job', word: 'Jobs', text: 'The first failure of an operation, and its next success.' },
  { kind: 'backup', word: 'Backups', text: 'Restore tests, and backups that are gone.' },
  { kind: 'schedule', word: 'Missed schedules', text: 'Due times that passed without a job.' },
];

export function registerNoticesPage(app: FastifyInstance, { webhookRepository }: NoticesContext) {
  app.get(path, { config: { isPage: true } }, (_request, reply) =>
    reply.sendPage({
      template: 'notices/notices-page',
      title: 'Notices',
      section: '/settings',
      script: 'notices-page.js',
      data: { kinds, senders: findSenders(webhookRepository) },
    }),
  );
}

/** The webhooks that send the news. */
const findSenders = ({ all }: NoticesContext['webhookRepository']) =>
  all()
    .filter(({ events }) => events.includes(preset))
    .map(({ name, is_on: isOn }, at, { length }) => ({
      name,
      after: `${isOn ? '' : ' (off)'}${at < length - 1 ? ',' : '.'}`,
      href: url(`/settings/webhooks/${name}`),
    }));
