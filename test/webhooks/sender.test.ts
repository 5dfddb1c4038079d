// The sender, with a real receiver on loopback: signatures, results, retries, order, and stops.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { AppError } from '../../src/core/errors.ts';
import { inTime } from '../../src/core/in-time.ts';
import { createPauses } from '../../src/webhooks/looks.ts';
import { addWebhook, loopback, openSender, startReceiver, whenTried } from '../support/deliveries.ts';

t.test(
  'an event is posted with its id, the time of the attempt, and a signature of each secret',
  async (t) => {
    const { add, sendUntil, receiver } = await openSender(t);
    const delivery = await sendUntil(add(), 1);
    t.match(delivery, {
      status: 'delivered',
      attempts: 1,
      next_at: null,
      ended_at: '2026-11-30T12:00:00.000Z',
    });
    t.match(delivery.last, { n: 1, status: 200, error: null, response: '', by: null });
    const seconds = Date.parse('2026-11-30T12:00:00Z') / 1000;
    t.match(receiver.received, [
      {
        url: '/hook',
        body: '{"type":"job.finished"}',
        headers: {
          host: new URL(receiver.url).host,
          'content-type': 'application/json',
          'user-agent': /^chl-operations\/\d+\.\d+\.\d+$/,
          'webhook-id': 'evt_1',
          'webhook-timestamp': String(seconds),
          'webhook-signature': `one evt_1 ${seconds} 23, two evt_1 ${seconds} 23`,
        },
      },
    ]);
  },
);

t.test('a failure is tried again when its time has come, with the same id and body', async (t) => {
  const { add, sendUntil, receiver, pass, find, sender, webhookRepository } = await openSender(t);
  receiver.respond = (_one, response) =>
    void response.writeHead(receiver.received.length < 3 ? 500 : 200).end('busy');
  const id = add();
  t.match(await sendUntil(id, 1), { status: 'retrying', next_at: '2026-11-30T12:00:05.000Z' });
  t.match(find(id).last, { status: 500, error: 'It answered 500.', response: 'busy' });
  t.equal(webhookRepository.find('ci')?.failing_since, '2026-11-30T12:00:00.000Z');
  sender.start();
  t.equal(receiver.received.length, 1, 'not before');
  pass(5000);
  t.match(await sendUntil(id, 2), { status: 'retrying', next_at: '2026-11-30T12:00:35.000Z' });
  pass(30_000);
  t.match(await sendUntil(id, 3), { status: 'delivered', attempts: 3 });
  t.equal(webhookRepository.find('ci')?.failing_since, null);
  t.same(
    receiver.received.map(({ headers, body }) => [headers['webhook-id'], body]),
    Array(3).fill(['evt_1', '{"type":"job.finished"}']),
  );
  const stamps = receiver.received.map(({ headers }) => Number(headers['webhook-timestamp']));
  t.same([(stamps[1] ?? 0) - (stamps[0] ?? 0), (stamps[2] ?? 0) - (stamps[0] ?? 0)], [5, 35]);
});

const results: [string, number, Record<string, string>, object, object][] = [
  ['a redirect', 302, { location: '/other' }, { status: 'failed' }, { error: /redirects are not followed/ }],
  ['a refusal', 404, {}, { status: 'failed' }, { error: 'It answered 404.' }],
  ['a time-out of its own', 408, {}, { next_at: '2026-11-30T12:00:05.000Z' }, {}],
  ['too many', 429, { 'retry-after': '90' }, { next_at: '2026-11-30T12:01:30.000Z' }, {}],
  ['too many, for days', 429, { 'retry-after': '999999' }, { next_at: '2026-12-01T12:00:00.000Z' }, {}],
  ['unavailable', 503, { 'retry-after': '60' }, { next_at: '2026-11-30T12:01:00.000Z' }, {}],
  ['no HTTP', 999, {}, { status: 'retrying' }, { status: null, error: 'It did not answer with HTTP.' }],
  ['accepted', 204, {}, { status: 'delivered' }, { error: null }],
];

t.test('each answer has its result', async (t) => {
  const { add, sendUntil, receiver } = await openSender(t);
  for (const [name, status, headers, delivery, last] of results) {
    receiver.respond = (_one, response) => void response.writeHead(status, headers).end();
    const tried = await sendUntil(add(), 1);
    t.match(tried, delivery, name);
    t.match(tried.last, { status, ...last }, name);
  }
  t.same(new Set(receiver.received.map(({ url }) => url)), new Set(['/hook']), 'no redirect was followed');
});

t.test('410 switches the webhook off, and so do three days in which nothing has arrived', async (t) => {
  const { add, ops, sendUntil, receiver, switchedOff, pass } = await openSender(t);
  receiver.respond = (_one, response) => void response.writeHead(404).end();
  await sendUntil(add(), 1);
  pass(3 * 86_400_000);
  await sendUntil(add(), 1);
  t.same(switchedOff, [], 'two attempts say little');
  await sendUntil(add(), 1);
  await sendUntil(add(), 1);
  t.same(switchedOff, []);
  await sendUntil(add(), 1);
  t.same(switchedOff, [['ci', 'Nothing has arrived for 3 d.']]);
  ops.exec('UPDATE webhook SET is_on = 1, failing_since = NULL');
  receiver.respond = (_one, response) => void response.writeHead(410).end();
  t.match(await sendUntil(add(), 1), { status: 'failed' });
  t.same(switchedOff.at(-1), ['ci', 'It answered 410: it wants no more events.']);
});

t.test('the next address of a name is tried when nothing listens at the first', async (t) => {
  const resolveTarget = async (url: string) => {
    const [first, other] = ['127.0.0.2', '127.0.0.1'].map((address) => ({ address, family: 4 as const }));
    return { url: new URL(url), address: '', family: 4 as const, ...first, others: other ? [other] : [] };
  };
  const { add, sendUntil } = await openSender(t, { resolveTarget });
  t.match(await sendUntil(add(), 1), { status: 'delivered' });
});

t.test('errors of the network, of the address and of the secret are told in words', async (t) => {
  const refusal = new AppError('invalid_arguments', 'This is the server itself.');
  const cases: [string, Parameters<typeof openSender>[1], object][] = [
    [
      'nothing listens',
      { resolveTarget: () => loopback('http://127.0.0.1:9/') },
      { status: 'retrying', last: { status: null, error: 'Nothing listens at its address.' } },
    ],
    [
      'a refused address',
      { resolveTarget: () => Promise.reject(refusal) },
      { status: 'failed', last: { error: 'This is the server itself.' } },
    ],
    [
      'an address that is never resolved',
      { resolveTarget: () => new Promise(() => {}), maxMs: 30 },
      { status: 'retrying', last: { error: 'No answer within 0.03 s.' } },
    ],
    [
      'no secret',
      { secrets: [] },
      { status: 'retrying', last: { error: /^The secret of the webhook is missing/ } },
    ],
  ];
  for (const [name, given, expected] of cases) {
    const { add, sendUntil } = await openSender(t, given);
    t.match(await sendUntil(add(), 1), expected, name);
  }
});

t.test('a receiver that hangs, ends without an answer, or sends without end', async (t) => {
  const { add, sendUntil, receiver } = await openSender(t, { maxMs: 200 });
  receiver.respond = () => {};
  t.match(await sendUntil(add(), 1), { status: 'retrying', last: { error: 'No answer within 0.2 s.' } });
  receiver.respond = (_one, response) => void response.destroy();
  t.match(await sendUntil(add(), 1), { last: { error: 'It closed the connection before it answered.' } });
  receiver.respond = (_one, response) => {
    response.write('x'.repeat(100_000));
  };
  const endless = await sendUntil(add(), 1);
  t.match(endless, { status: 'delivered' });
  t.equal(endless.last?.response?.length, 1024);
  receiver.respond = (_one, response) => void response.write('a little');
  t.match(await sendUntil(add(), 1), { status: 'delivered', last: { response: 'a little' } });
});

t.test(
  'an answer shows no token of the address, no control characters, and no compressed bytes',
  async (t) => {
    const { add, ops, sendUntil, receiver } = await openSender(t);
    const token = 'tok-1234567890%20x';
    ops.prepare('UPDATE webhook SET url = ?').run(`${receiver.url}/T0KEN99/in?token=${token}&v=2`);
    const answer = async (text: string | Buffer, headers: Record<string, string> = {}) => {
      receiver.respond = (_one, response) => void response.writeHead(404, headers).end(text);
      return (await sendUntil(add(), 1)).last?.response;
    };
    t.equal(
      await answer(`Cannot POST /hook/T0KEN99/in?token=${token}&v=2`),
      'Cannot POST /hook/[masked]/in[masked]',
    );
    t.equal(await answer('{"token":"tok-1234567890 x","v":2}'), '{"token":"[masked]","v":2}');
    const late = (await answer(`${'x'.repeat(1015)}tok-1234567890 x`)) ?? '';
    t.equal(late, `${'x'.repeat(1015)}[masked]`);
    t.equal(await answer('é'.repeat(600)), 'é'.repeat(512));
    t.equal(await answer('a\0b\u202ec\r\n'), 'a\u{fffd}b\u{fffd}c\n');
    t.equal(
      await answer(Buffer.alloc(300, 0x8b), { 'content-encoding': 'gzip' }),
      'compressed, 300 bytes or more',
    );
    t.equal(receiver.received[0]?.headers['accept-encoding'], 'identity');
  },
);

t.test('one that hangs holds up no other: two at once each, four in all', async (t) => {
  const { add, ops, sendUntil, receiver, sender, find } = await openSender(t);
  const other = await startReceiver(t);
  addWebhook(ops, 'other', { url: other.url });
  receiver.respond = () => {};
  const hanging = [add(), add(), add(), add()];
  const ids = Array.from({ length: 6 }, () => add('other'));
  await sendUntil(ids[5] ?? 0, 1);
  t.equal(receiver.received.length, 2);
  t.same(
    hanging.map((id) => sender.isSending(id)),
    [true, true, false, false],
  );
  t.same(new Set(ids.map((id) => find(id).status)), new Set(['delivered']));
});

t.test('a stop lets attempts end; one that is cut off does not count, and is sent again', async (t) => {
  const { add, sender, receiver, find, sendUntil } = await openSender(t);
  receiver.respond = () => {};
  const id = add();
  sender.start();
  await receiver.got(1);
  await sender.stop(0);
  t.match(find(id), { status: 'pending', attempts: 0, next_at: '2026-11-30T12:00:00.000Z' });
  const answers: (() => void)[] = [];
  receiver.respond = (_one, response) => void answers.push(() => response.end());
  sender.start();
  await receiver.got(2);
  const stopped = sender.stop(2000);
  answers[0]?.();
  await stopped;
  t.match(find(id), { status: 'delivered', attempts: 1 });
  const later = add();
  sender.wake();
  t.equal(sender.isSending(later), false, 'nothing is sent after a stop');
  receiver.respond = (_one, response) => void response.end();
  t.match(await sendUntil(later, 1), { status: 'delivered' });
});

t.test('a retry is sent by the timer', async (t) => {
  const { add, bus, find, receiver, sender, ops, pass } = await openSender(t);
  const id = add();
  ops.prepare('UPDATE webhook_delivery SET next_at = ?').run('2026-11-30T12:00:00.030Z');
  sender.start();
  t.equal(sender.isSending(id), false);
  pass(30);
  await whenTried(bus);
  t.match(find(id), { status: 'delivered' });
  t.equal(receiver.received.length, 1);
});

t.test('the limit of an attempt outlives the garbage collector', async (t) => {
  const { add, bus, find, receiver, sender } = await openSender(t, { maxMs: 400 });
  receiver.respond = () => {};
  const id = add();
  sender.start();
  await receiver.got(1);
  setFlagsFromString('--expose-gc');
  const collecting = setInterval(runInNewContext('gc') as () => void, 50);
  t.equal(sender.isStuck(60_000), false);
  t.equal(sender.isStuck(0), true, 'something is due, and no attempt has ended');
  await inTime(whenTried(bus), 5000);
  t.equal(sender.isStuck(0), false, 'nothing is due');
  clearInterval(collecting);
  t.match(find(id), { status: 'retrying', last: { error: 'No answer within 0.4 s.' } });
});

t.test('an answer of the former address says nothing about the new one', async (t) => {
  for (const status of [410, 404, 503]) {
    const { add, ops, sendUntil, receiver, switchedOff, webhookRepository } = await openSender(t);
    receiver.respond = ({ url }, response) => {
      ops.prepare('UPDATE webhook SET url = ?').run(`${receiver.url}2`);
      response.writeHead(url === '/hook' ? status : 200).end();
    };
    t.match(await sendUntil(add(), 2), { status: 'delivered', attempts: 2 });
    t.same(
      receiver.received.map(({ url }) => url),
      ['/hook', '/hook2'],
    );
    t.same(switchedOff, []);
    t.equal(webhookRepository.find('ci')?.failing_since, null);
  }
});

t.test('webhooks that fail get two places in all, one each; the others wait for none of them', async (t) => {
  const { add, ops, sendUntil, receiver, find } = await openSender(t);
  const slow = await startReceiver(t);
  slow.respond = () => {};
  for (const name of ['a', 'b', 'c'])
    addWebhook(ops, name, { url: `${slow.url}/${name}`, failing_since: '2026-11-30T11:00:00.000Z' });
  addWebhook(ops, 'other', { url: receiver.url });
  for (const name of ['a', 'a', 'b', 'b', 'c', 'c']) add(name);
  const ids = [add(), add(), add('other'), add('other')];
  for (const id of ids) await inTime(sendUntil(id, 1), 2000);
  t.same(new Set(ids.map((id) => find(id).status)), new Set(['delivered']));
  t.same(new Set(slow.received.map(({ url }) => url)), new Set(['/hook/a', '/hook/b']));
  t.equal(slow.received.length, 2);
});

t.test('receivers that hang for the first time leave a place', async (t) => {
  const { add, ops, sendUntil, sender, find } = await openSender(t);
  const slow = await startReceiver(t);
  slow.respond = () => {};
  for (const name of ['a', 'b']) addWebhook(ops, name, { url: slow.url });
  const hanging = ['a', 'a', 'a', 'b', 'b', 'b'].map((name) => add(name));
  const id = add();
  await inTime(sendUntil(id, 1), 2000);
  t.match(find(id), { status: 'delivered' });
  t.same(
    hanging.map((each) => sender.isSending(each)),
    [true, true, false, true, false, false],
  );
});

t.test('a clock that was set back holds nothing up', async (t) => {
  const { add, ops, sendUntil, receiver, webhookRepository } = await openSender(t);
  receiver.respond = (_one, response) => void response.writeHead(500).end();
  const id = add();
  const later = add();
  ops.prepare('UPDATE webhook_delivery SET next_at = ? WHERE id = ?').run('2027-11-30T12:00:00.000Z', id);
  ops.prepare('UPDATE webhook_delivery SET next_at = ? WHERE id = ?').run('2026-11-30T13:00:00.000Z', later);
  webhookRepository.setFailingSince('ci', '2027-11-30T12:00:00.000Z');
  t.match(await inTime(sendUntil(id, 1), 2000), { status: 'retrying' });
  t.equal(webhookRepository.find('ci')?.failing_since, '2026-11-30T12:00:00.000Z');
  t.equal(receiver.received.length, 1);
});

t.test('a body that does not end holds its place for a second', async (t) => {
  const { add, sendUntil, receiver } = await openSender(t);
  receiver.respond = (_one, response) => void response.write('a little');
  const tried = await sendUntil(add(), 1);
  t.match(tried, { status: 'delivered', last: { response: 'a little' } });
  t.ok((tried.last?.ms ?? 9000) < 3000);
});

t.test('pauses after errors double up to a limit, and begin anew when it works', (t) => {
  const { next, reset } = createPauses(5000, 60_000);
  t.same([next(), next(), next(), next(), next(), next()], [5000, 10_000, 20_000, 40_000, 60_000, 60_000]);
  reset();
  t.equal(next(), 5000);
  t.end();
});
