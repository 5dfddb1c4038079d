// People send tests and replay deliveries; a webhook that is switched off ends its waiting deliveries; old ones are removed.
import t, { type Test } from 'tap';
import { describeTarget } from '../../src/audit/describe-target.ts';
import { systemRequester } from '../../src/core/audit.ts';
import { createDeliveryRetention } from '../../src/webhooks/delivery-retention.ts';
import { createHealth } from '../../src/webhooks/health.ts';
import { createDeliveryPruning } from '../../src/webhooks/pruning-repository.ts';
import { createReplays, maxReplayed } from '../../src/webhooks/replays.ts';
import { createSendTest } from '../../src/webhooks/send-test.ts';
import { createEndWaiting } from '../../src/webhooks/switched-off.ts';
import { webhooksCheck } from '../../src/webhooks/webhooks-check.ts';
import { addWebhook, openSender } from '../support/deliveries.ts';

const ada = { ...systemRequester, actor: 'ada' };

async function setUp(t: Test) {
  const kit = await openSender(t);
  const auditOf = (event: string) =>
    kit.ops.prepare('SELECT target, outcome, detail FROM audit WHERE event = ?').all(event);
  return { ...kit, auditOf, replays: createReplays(kit), sendTest: createSendTest(kit) };
}

async function endWaiting(t: Test, kit: Parameters<typeof createEndWaiting>[0]) {
  const looks = createEndWaiting(kit);
  t.teardown(looks.stop);
  await looks.start();
}

t.test('a test is audited, sent at once, and gives its result; also while the webhook is off', async (t) => {
  const { sendTest, sender, receiver, ops, find, auditOf } = await setUp(t);
  sender.start();
  ops.exec('UPDATE webhook SET is_on = 0');
  const sent = await sendTest('ci', ada);
  t.match(sent.tried, { status: 'delivered', exchange: { status: 200, error: null } });
  t.match(find(sent.delivery), { event: 'webhook.test', status: 'delivered', last: { by: 'ada' } });
  const [received] = receiver.received;
  const { type, data } = JSON.parse(received?.body ?? '');
  t.equal(type, 'webhook.test');
  t.match(data, { event: 'webhook.tested', actor: 'ada', target: 'webhook:ci', outcome: 'ok' });
  t.equal(received?.headers['webhook-id'], data.id);
  receiver.respond = (_one, response) => void response.writeHead(500).end();
  t.match(await sendTest('ci', ada), { tried: { status: 'failed', exchange: { status: 500 } } });
  t.equal(auditOf('webhook.tested').length, 2);
  await t.rejects(sendTest('none', ada), { code: 'not_found' });
  t.match(auditOf('webhook.tested').at(-1), { outcome: 'refused', target: 'webhook:none' });
});

t.test('a test is sent before what has waited, at places of its own', async (t) => {
  const { sendTest, sender, receiver, add, record } = await setUp(t);
  receiver.respond = ({ body }, response) => void (body.includes('webhook.test') && response.end());
  for (let at = 0; at < 5; at++) {
    record('job.finished');
    add();
  }
  sender.start();
  await receiver.got(2);
  t.match(await sendTest('ci', ada), { tried: { status: 'delivered' } });
});

t.test('what has arrived once stays delivered when a replay fails', async (t) => {
  const kit = await setUp(t);
  const { replays, add, sendUntil, receiver, ops, find } = kit;
  const id = add();
  const { ended_at: endedAt } = await sendUntil(id, 1);
  kit.pass(60_000);
  await kit.sender.stop(0);
  await replays.replay(id, ada);
  t.match(find(id), { status: 'delivered', next_at: '2026-11-30T12:01:00.000Z' });
  t.equal(ops.prepare('SELECT asked_by FROM webhook_delivery').pluck().get(), 'ada', 'a restart keeps it');
  receiver.respond = (_one, response) => void response.writeHead(500).end();
  const replayed = await sendUntil(id, 2);
  t.match(replayed, { status: 'delivered', ended_at: endedAt, next_at: '2026-11-30T12:01:30.000Z' });
  t.match(replayed.last, { status: 500, by: 'ada' });
  t.equal(ops.prepare('SELECT asked_by FROM webhook_delivery').pluck().get(), null);
  ops.exec('UPDATE webhook SET is_on = 0');
  await endWaiting(t, kit);
  t.match(find(id), { status: 'delivered', ended_at: endedAt, next_at: null });
});

t.test('a replay is another attempt with the same id and body, by a person', async (t) => {
  const { replays, add, sendUntil, receiver, find, pass, auditOf, ops } = await setUp(t);
  const id = add();
  await sendUntil(id, 1);
  pass(60_000);
  await replays.replay(id, ada);
  const replayed = await sendUntil(id, 2);
  t.match(replayed, {
    status: 'delivered',
    attempts: 2,
    last: { n: 2, by: 'ada', at: '2026-11-30T12:01:00.000Z' },
  });
  const [first, second] = receiver.received;
  t.equal(second?.headers['webhook-id'], first?.headers['webhook-id']);
  t.equal(second?.body, first?.body);
  t.equal(Number(second?.headers['webhook-timestamp']) - Number(first?.headers['webhook-timestamp']), 60);
  t.match(auditOf('delivery.replayed'), [
    { target: `delivery:ci/${id}`, outcome: 'ok', detail: /"delivered"/ },
  ]);
  t.strictSame(describeTarget(`delivery:ci/${id}`), {
    text: `Delivery ${id} to ci`,
    href: `/settings/webhooks/ci/deliveries/${id}`,
  });

  receiver.respond = () => {};
  await replays.replay(id, ada);
  await receiver.got(3);
  await t.rejects(replays.replay(id, ada), { code: 'wrong_state', message: /is being sent now/ });
  ops.exec('UPDATE webhook SET is_on = 0');
  await t.rejects(replays.replay(add(), ada), { code: 'wrong_state', message: /is off/ });
  await t.rejects(replays.replay(4711, ada), { code: 'not_found' });
  t.match(find(id), { attempts: 2 });
  t.equal(auditOf('delivery.replayed').length, 5);
});

t.test('many are replayed at once: by ids, or all that failed', async (t) => {
  const { replays, add, sendUntil, receiver, ops, auditOf, deliveryRepository, find, sender } =
    await setUp(t);
  receiver.respond = (_one, response) => void response.writeHead(404).end();
  addWebhook(ops, 'other');
  const ids = [add(), add(), add()];
  const foreign = add('other');
  for (const id of ids) await sendUntil(id, 1);
  receiver.respond = (_one, response) => void response.end();
  const named = await replays.replayMany('ci', { ids: [ids[0] ?? 0, 999, foreign] }, ada);
  t.match(named, { replayed: 1, refused: [{ id: 999, message: /no delivery 999/ }, { id: foreign }] });
  await sendUntil(ids[0] ?? 0, 2);
  t.same(await replays.replayMany('ci', { status: 'failed' }, ada), { replayed: 2, refused: [], left: 0 });
  for (const id of ids.slice(1)) t.match(await sendUntil(id, 2), { status: 'delivered' });
  t.match(auditOf('deliveries.replayed'), [{ target: 'webhook:ci', detail: /"replayed":1,"refused":2/ }, {}]);
  await t.rejects(replays.replayMany('none', { status: 'failed' }, ada), { code: 'not_found' });
  deliveryRepository.write(() => {
    for (let at = 0; at <= maxReplayed; at++) add();
    ops.exec(
      `UPDATE webhook_delivery SET status = 'failed', next_at = NULL WHERE attempts = 0 AND webhook = 'ci'`,
    );
  });
  await sender.stop(0);
  t.match(await replays.replayMany('ci', { status: 'failed' }, ada), { replayed: maxReplayed, left: 1 });
  t.equal(find(foreign + maxReplayed).status, 'pending', 'the oldest first');
  t.equal(find(foreign + maxReplayed + 1).status, 'failed');
  t.match(auditOf('deliveries.replayed').at(-1), { detail: /"left":1/ });
  t.match(await replays.replayMany('ci', { status: 'failed' }, ada), { replayed: 1, left: 0 });
});

t.test('a webhook that is off gets nothing more, and what has waited is over', async (t) => {
  const kit = await setUp(t);
  const { add, ops, sender, find, receiver } = kit;
  const id = add();
  ops.exec('UPDATE webhook SET is_on = 0');
  sender.start();
  t.equal(sender.isSending(id), false);
  await endWaiting(t, kit);
  t.match(find(id), {
    status: 'failed',
    next_at: null,
    last: { status: null, error: 'Not sent: the webhook was switched off.' },
  });
  ops.exec('UPDATE webhook SET is_on = 1');
  sender.wake();
  t.equal(sender.isSending(id), false);
  t.same(receiver.received, []);
});

t.test('an attempt that is being made when its webhook is switched off is the last', async (t) => {
  const kit = await setUp(t);
  const { add, ops, sender, find, receiver, sendUntil } = kit;
  const answers: (() => void)[] = [];
  receiver.respond = (_one, response) => void answers.push(() => response.writeHead(500).end());
  const id = add();
  sender.start();
  await receiver.got(1);
  ops.exec('UPDATE webhook SET is_on = 0');
  await endWaiting(t, kit);
  t.match(find(id), { status: 'pending', attempts: 0, last: null });
  answers[0]?.();
  t.match(await sendUntil(id, 1), { status: 'failed', attempts: 1, last: { error: 'It answered 500.' } });
});

t.test('deliveries that have ended are removed by age and number; waiting ones stay', async (t) => {
  const kit = await setUp(t);
  const { add, ops, sendUntil, deliveryList, pass } = kit;
  const ended = add();
  await sendUntil(ended, 1);
  await kit.sender.stop(0);
  const waiting = add();
  pass(30 * 86_400_000 + 1);
  const limits = { deliveryDays: 30, maxDeliveries: 300 };
  const tidied: number[] = [];
  const pruning = createDeliveryPruning(ops);
  const retention = createDeliveryRetention({
    ...kit,
    config: limits,
    pruning,
    webhookSecrets: { tidy: () => void tidied.push(1) },
  });
  t.equal(await retention.runOnce(), 1);
  t.equal(deliveryList.find(ended), null);
  t.same(deliveryList.attemptsOf(ended), []);
  t.match(deliveryList.find(waiting), { status: 'pending' });
  kit.deliveryRepository.write(() => {
    for (let at = 0; at < 750; at++) add();
    ops.prepare(`UPDATE webhook_delivery SET status = 'failed', next_at = NULL WHERE id > ?`).run(waiting);
  });
  t.equal(await retention.runOnce(), 451);
  t.equal(pruning.count(), 300);
  t.ok(deliveryList.find(waiting));
  t.ok(deliveryList.find(waiting + 750), 'the newest is there');
  t.equal(await retention.runOnce(), 0);
  ops.exec(`DELETE FROM webhook WHERE name = 'ci'`);
  t.equal(deliveryList.find(waiting), null, 'nothing of a removed webhook is shown');
  t.strictSame(deliveryList.list({}, null, 9), []);
  t.equal(await retention.runOnce(), 300);
  t.equal(tidied.length, 4);
});

t.test('health counts a day and thirty, and a check names what does not work', async (t) => {
  const kit = await setUp(t);
  const { add, sendUntil, receiver, webhookRepository, pass } = kit;
  const healthOf = createHealth(kit);
  const health = () => {
    const webhook = webhookRepository.find('ci');
    return webhook && healthOf(webhook);
  };
  const secrets = { names: ['ci'] };
  const check = webhooksCheck({
    ...kit,
    webhookSecrets: { read: (name) => secrets.names.filter((one) => one === name) },
  });
  t.match(health(), { arrived: 0, failed: 0, waiting: 0, p95_ms: null, last_arrived_at: null });
  await sendUntil(add(), 1);
  pass(2 * 86_400_000);
  await sendUntil(add(), 1);
  receiver.respond = (_one, response) => void response.writeHead(500).end();
  const failing = add();
  await sendUntil(failing, 1);
  t.match(health(), {
    arrived: 1,
    failed: 0,
    waiting: 1,
    p95_ms: Number,
    last_arrived_at: '2026-12-02T12:00:00.000Z',
    row_of_failures: 1,
    over30Days: { arrived: 2, total: 3 },
  });
  t.same(await check.look(), { says: '1 webhook on', found: [] });
  for (const pause of [5, 30, 120, 600]) {
    pass(pause * 1000);
    await sendUntil(failing, (kit.find(failing).attempts ?? 0) + 1);
  }
  const found = async () => (await check.look()).found;
  t.match(await found(), [
    {
      subject: 'failing:ci',
      component: 'webhook:ci',
      severity: 'warning',
      title: 'The webhook ci delivers nothing',
      since: '2026-12-02T12:00:00.000Z',
    },
  ]);
  secrets.names = [];
  t.match(await found(), [{ subject: 'secret:ci', severity: 'error' }]);
  kit.ops.exec(`UPDATE webhook SET is_on = 0, off_why = 'It answered 410.'`);
  t.match(await found(), [{ subject: 'off:ci', severity: 'error', text: /^It answered 410\. Repair/ }]);
});
