// Webhooks from outside, over HTTP: a receiver verifies what it gets as one that knows nothing of this server would.
import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { webhooks } from '../../src/webhooks/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type Received, startReceiver } from '../support/deliveries.ts';
import { until } from '../support/until.ts';

const headersOf = ({ headers }: Received) => headers as Record<string, string>;
const idOf = (one: Received | undefined) => String(one?.headers['webhook-id']);

/** HMAC-SHA256 of id, time and body, as the specification has it. */
function signatureOf(one: Received, secret: string): string {
  const { 'webhook-id': id, 'webhook-timestamp': at } = one.headers;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(`${id}.${at}.${one.body}`).digest('base64')}`;
}

async function send(app: TestApp, method: string, address: string, body: object) {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(app.origin + address, { method, headers, body: JSON.stringify(body) });
  return { status: answer.status, body: (await answer.json()) as Record<string, any> };
}

t.test('webhooks', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const receiver = await startReceiver(t);
  const { webhookEdits, sender } = app.use(webhooks);
  const rotate = (atOnce: boolean) =>
    webhookEdits.rotate('ci', { atOnce }, systemRequester, { reason: 'a test needs it' });
  const value = { url: receiver.url, events: ['workers.*'], is_on: true };
  const { secret } = await webhookEdits.save('ci', value, systemRequester);
  const entry = { event: 'workers.pause', target: 'workers', reason: 'to see an event' };
  const act = () => app.audit.record({ ...entry, outcome: 'ok', by: systemRequester });
  const deliveriesOf = async (query = '') =>
    (await app.json(`/api/v1/webhooks/ci/deliveries${query}`)).body.items;
  /** The newest delivery, once it is in that state after so many attempts. */
  const untilStatus = (status: string, attempts = 1) =>
    until(
      async () => (await deliveriesOf())[0],
      (one) => one?.status === status && one.attempts >= attempts,
    );

  await t.test('an event arrives, and two libraries verify its signature', async (t) => {
    act();
    const [one] = await receiver.got(1);
    if (!one || !secret) return t.fail('nothing');
    const verified = new Webhook(secret).verify(one.body, headersOf(one)) as { data: { id: string } };
    t.equal(one.headers['webhook-signature'], signatureOf(one, secret));
    t.match(verified, { type: 'workers.pause', data: { event: 'workers.pause', reason: 'to see an event' } });
    t.equal(verified.data.id, idOf(one));
    t.match(one.headers['webhook-id'], /^evt_\d+$/);
    t.match(await untilStatus('delivered'), { attempts: 1, event_id: idOf(one), last: { http_status: 200 } });
  });

  await t.test('500 twice, then 200: three attempts with one id', async (t) => {
    receiver.received.length = 0;
    receiver.respond = (_one, response) =>
      void response.writeHead(receiver.received.length < 3 ? 500 : 200).end();
    act();
    for (let tries = 1; tries < 3; tries++) {
      await untilStatus('retrying', tries);
      app.ops.exec(`UPDATE webhook_delivery SET next_at = '2026-01-01' WHERE next_at IS NOT NULL`);
      sender.wake();
      await receiver.got(tries + 1);
    }
    t.match(await untilStatus('delivered', 3), { attempts: 3 });
    t.equal(new Set(receiver.received.map(idOf)).size, 1);
    t.equal(new Set(receiver.received.map(({ body }) => body)).size, 1);
  });

  await t.test('a replay has the same id and body, and a signature of its own time', async (t) => {
    receiver.received.length = 0;
    receiver.respond = (_one, response) => void response.end();
    const before = (await deliveriesOf())[0];
    const { status, body } = await app.json(`/api/v1/deliveries/${before.id}/replay`, {});
    t.equal(status, 200);
    const [one] = await receiver.got(1);
    t.equal(idOf(one), before.event_id);
    t.equal(one?.body, body.body);
    if (one && secret) new Webhook(secret).verify(one.body, headersOf(one));
    t.match(await untilStatus('delivered', 4), { attempts: 4, last: { by: String } });
    const { body: detail } = await app.json(`/api/v1/deliveries/${before.id}`);
    t.same(
      detail.tries.map(({ http_status }: { http_status: number }) => http_status),
      [500, 500, 200, 200],
    );
    const many = { status: 'delivered', reason: 'the receiver lost them' };
    t.match(await send(app, 'POST', '/api/v1/webhooks/ci/replay', many), {
      body: { replayed: 2, refused: [] },
    });
    await receiver.got(3);
  });

  await t.test('after a rotation both secrets sign, or at once the new one alone', async (t) => {
    const signaturesOf = async () => {
      receiver.received.length = 0;
      t.match(await app.json('/api/v1/webhooks/ci/test', {}), {
        status: 200,
        body: { status: 'delivered', http_status: 200, error: null },
      });
      const one = receiver.received[0] as Received;
      t.equal(JSON.parse(one.body).type, 'webhook.test');
      return { one, all: String(one.headers['webhook-signature']).split(' ') };
    };
    const second = (await rotate(false)).secret;
    const both = await signaturesOf();
    t.same(both.all, [signatureOf(both.one, second), signatureOf(both.one, secret ?? '')]);
    const third = (await rotate(true)).secret;
    const last = await signaturesOf();
    t.same(last.all, [signatureOf(last.one, third)]);
    new Webhook(third).verify(last.one.body, headersOf(last.one));
    t.throws(() => new Webhook(second).verify(last.one.body, headersOf(last.one)));
  });

  await t.test('a redirect is not followed', async (t) => {
    receiver.received.length = 0;
    receiver.respond = (_one, response) => void response.writeHead(302, { location: '/other' }).end();
    const { body } = await app.json('/api/v1/webhooks/ci/test', {});
    t.match(body, { status: 'failed', http_status: 302, error: /redirects are not followed/ });
    t.same(
      receiver.received.map(({ url }) => url),
      ['/hook'],
    );
  });

  await t.test('addresses that webhooks may not reach are refused before anything is sent', async (t) => {
    const { port } = new URL(app.origin);
    for (const url of [
      app.origin,
      `http://0x7f.1:${port}/`,
      'http://169.254.169.254/',
      'http://192.0.2.7/',
    ]) {
      const saved = webhookEdits.save('bad', { ...value, url }, systemRequester);
      await t.rejects(saved, { code: 'invalid_arguments' }, url);
    }
    app.ops.prepare(`UPDATE webhook SET url = ? WHERE name = 'ci'`).run(app.origin);
    const { body } = await app.json('/api/v1/webhooks/ci/test', {});
    t.match(body, { status: 'failed', http_status: null, error: /this is the server itself/ });
  });

  await t.test('410 switches it off, and nothing about webhooks is ever sent', async (t) => {
    receiver.received.length = 0;
    receiver.respond = (_one, response) => void response.writeHead(410).end();
    await webhookEdits.save('ci', { ...value, events: ['*'] }, systemRequester);
    act();
    await receiver.got(1);
    await until(() => !webhookEdits.find('ci').is_on);
    t.equal(webhookEdits.find('ci').off_why, 'It answered 410: it wants no more events.');
    const { body } = await app.json('/api/v1/audit?event=webhook.switched_off');
    t.match(body.items, [{ actor: 'system', target: 'webhook:ci' }]);
    const types = receiver.received.map((one) => JSON.parse(one.body).type as string);
    t.same(
      types.filter((type) => /^(webhook|deliver)/.test(type)),
      [],
    );
    const { text } = await app.page('/metrics');
    t.match(text, /chl_webhook_attempts_total\{status="delivered"\} \d/);
  });
});
