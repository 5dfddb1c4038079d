// The requests of action-requests.ts about deliveries. Nothing listens at the address of their webhook.
import { webhooks } from '../../src/webhooks/feature.ts';
import { operator } from './engine.ts';
import { post, type Requests, type Sender } from './request-sender.ts';

export const ofDeliveries = {
  async 'POST /api/v1/webhooks/:name/test'(app) {
    await addWebhook(app);
    return post(app, '/api/v1/webhooks/requests/test');
  },
  'POST /api/v1/deliveries/:id/replay': async (app) =>
    post(app, `/api/v1/deliveries/${await sendTest(app)}/replay`),
  'POST /api/v1/webhooks/:name/replay': async (app) =>
    post(app, '/api/v1/webhooks/requests/replay', { ids: [await sendTest(app)] }),
} satisfies Requests;

/** The id of a delivery that has failed. */
async function sendTest(app: Pick<Sender, 'use'>): Promise<number> {
  await addWebhook(app);
  return (await app.use(webhooks).sendTest('requests', operator)).delivery;
}

async function addWebhook({ use }: Pick<Sender, 'use'>) {
  const value = { url: 'http://127.0.0.1:9/hook', events: ['flags.change'], is_on: true };
  await use(webhooks).webhookEdits.save('requests', value, operator);
}
