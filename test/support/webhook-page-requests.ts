// The requests of pages that change webhooks and deliveries, for action-requests.ts. Nothing listens at the address.
import { webhooks } from '../../src/webhooks/feature.ts';
import { type Requests, type Sender, submit } from './request-sender.ts';

const page = '/ui/webhooks/receiver';
const form = { url: 'http://127.0.0.1:9/hook', 'event:job.*': 'on' };

export const ofWebhookPages = {
  'POST /ui/webhooks/new': (app) => submit(app, '/ui/webhooks/new', { name: 'receiver', ...form }),
  'POST /ui/webhooks/:name/edit': (app) => submit(app, `${page}/edit`, { ...form, 'event:backup.*': 'on' }),
  'POST /ui/webhooks/:name/test': (app) => submit(app, `${page}/test`),
  'POST /ui/webhooks/:name/deliveries/:id/replay': (app) =>
    submit(app, `${page}/deliveries/${newestDelivery(app)}/replay`),
  'POST /ui/webhooks/:name/replay': (app) => submit(app, `${page}/replay`),
  'POST /ui/webhooks/:name/off': (app) => submit(app, `${page}/off`),
  'POST /ui/webhooks/:name/on': (app) => submit(app, `${page}/on`),
  'POST /ui/webhooks/:name/rotate': (app) => submit(app, `${page}/rotate`, { reason: 'a test needs it' }),
  'POST /ui/webhooks/:name/remove': (app) => submit(app, `${page}/remove`),
} satisfies Requests;

function newestDelivery(app: Sender): number {
  const [newest] = app.use(webhooks).deliveries.page({ webhook: 'receiver', limit: 1 }).items;
  return newest?.id ?? 0;
}
