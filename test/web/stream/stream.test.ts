import http from 'node:http';
import { parse } from 'node-html-parser';
import t from 'tap';
import { checks } from '../../../src/checks/feature.ts';
import { listChecks } from '../../../src/checks/views.ts';
import { dashboardPage } from '../../../src/dashboard/web/pages.ts';
import { runAndAwaitEvent, startApp } from '../../support/app.ts';
import { insideOf } from '../../support/screen.ts';
import { openStream } from '../../support/stream.ts';
import { until } from '../../support/until.ts';

const names = [...dashboardPage.cards, 'maintenance'];
const frozen = { now: () => new Date('2026-11-22T14:00:00.000Z'), env: { CHL_OPERATIONS_MODE: 'noop' } };

t.test('page, partial and event have the same bytes', async (t) => {
  const app = await startApp(t, frozen);
  await runAndAwaitEvent(app, 'export');
  const { checker, findings } = app.use(checks);
  // The outlook counts the checks that pass.
  await until(async () => {
    await checker.runOnce();
    return listChecks(checker, findings, frozen.now()).every(({ state }) => state !== 'unknown');
  });
  const { text: page } = await app.page('/operations');
  const stream = await openStream(app.origin, '/ui/stream/telemetry?cycles=1');
  await stream.ended();
  // The event of the news says only that there are some: each browser has its own.
  for (const name of names.filter((one) => one !== 'news')) {
    const event = stream.events.find(({ event }) => event === name);
    const { id: host = '', attributes } = parse(page).querySelector(`[sse-swap="${name}"]`) ?? {};
    const { text: partial } = await app.page(attributes?.['hx-get'] ?? '');
    t.equal(event?.data, partial, `${name}: event and partial`);
    t.equal(insideOf(page, host), partial, `${name}: page and partial`);
    t.notMatch(partial, /\r/);
  }
});

t.test('the answer of an action is the card', async (t) => {
  const app = await startApp(t, frozen);
  const answer = await app.submit(
    '/ui/operations/run/export',
    {},
    { 'hx-request': 'true', 'hx-current-url': `${app.origin}/operations` },
  );
  t.equal(answer.status, 200);
  t.equal(answer.headers.get('hx-retarget'), '#ops-controls-card');
  const events = JSON.parse(answer.headers.get('hx-trigger') ?? '{}');
  t.match(events, { 'ops-refresh': true, 'chl-notice': { tone: 'ok', title: 'Export library #1 queued.' } });
  t.match(await answer.text(), /id="op-export"/);
});

t.test('a client gets the current state, then changes, each with an id', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const stream = await openStream(app.origin, '/ui/stream/telemetry');
  t.match(stream.headers['content-type'], /^text\/event-stream/);
  for (const name of names) await stream.until(({ event }) => event === name);
  // A check that ends meanwhile sends its card once more.
  const sent = new Set(stream.events.map(({ event }) => event));
  t.strictSame([...sent].sort(), [...names].sort());
  t.ok(stream.events.every(({ id }) => id !== null));
  const from = stream.events.length;
  const job = await app.run('export');
  const change = await stream.until(
    ({ event, data }) => event === 'jobs' && data.includes(`#${job.number}`) && data.includes('Done'),
    from,
  );
  t.match(change.data, /id="job-1"/);
  t.notOk(
    stream.events.slice(from).some(({ event }) => event === 'workers'),
    'a card that did not change is not sent',
  );
  stream.close();
});

t.test('many clients get the same bytes of one rendering', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const streams = await Promise.all(
    Array.from({ length: 12 }, () => openStream(app.origin, '/ui/stream/telemetry')),
  );
  await app.run('export');
  const done = await Promise.all(
    streams.map((stream) => stream.until(({ event, data }) => event === 'jobs' && data.includes('Done'))),
  );
  t.equal(new Set(done.map(({ id, data }) => `${id} ${data}`)).size, 1);
  for (const stream of streams) stream.close();
});

t.test('after a reconnect only changed cards are sent', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const first = await openStream(app.origin, '/ui/stream/telemetry');
  const last = await first.until(({ event }) => event === 'index');
  first.close();
  await app.run('export');
  const again = await openStream(app.origin, '/ui/stream/telemetry', { 'last-event-id': last.id ?? '' });
  await again.until(({ event, data }) => event === 'jobs' && data.includes('Done'));
  t.notOk(again.events.some(({ event }) => event === 'workers'));
  again.close();

  const stranger = await openStream(app.origin, '/ui/stream/telemetry', { 'last-event-id': 'another-7' });
  await Promise.all(names.map((name) => stranger.until(({ event }) => event === name)));
  const ids = stranger.events.map(({ id }) => Number(id?.split('-')[1]));
  t.strictSame(
    ids,
    ids.toSorted((one, other) => one - other),
    'an unknown id gets all cards, the oldest first, so the last id is correct wherever the stream breaks off',
  );
  stranger.close();

  const bySince = await openStream(app.origin, `/ui/stream/telemetry?since=${last.id}`);
  await bySince.until(({ event }) => event === 'jobs');
  t.notOk(
    bySince.events.some(({ event }) => event === 'workers'),
    'since is read like the header',
  );
  bySince.close();
});

t.test('cycles=n sends n full batches and ends', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const stream = await openStream(app.origin, '/ui/stream/telemetry?cycles=3');
  await stream.ended();
  t.strictSame(
    stream.events.map(({ event }) => event),
    [1, 2, 3].flatMap(() => [...names, 'tick']),
  );
  const tick = stream.events.find(({ event }) => event === 'tick');
  t.ok(tick?.id);
  t.ok(`event: tick\nid: ${tick?.id}\ndata: ${tick?.data}\n\n`.length <= 80);
});

t.test('topics select the cards of the stream, and a job has its own topic', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  await app.run('export');
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=job-1,queue&cycles=1');
  await stream.ended();
  t.strictSame(
    stream.events.map(({ event }) => event),
    ['job-1', 'queue', 'tick'],
  );
  const { text } = await app.page('/ui/jobs/1/card');
  t.equal(stream.events[0]?.data, text);
  for (const query of ['topics=weather', 'topics=job-2', 'topics=job-2&cycles=1', 'topics=queue,weather']) {
    t.equal((await app.page(`/ui/stream/telemetry?${query}`)).status, 404, query);
  }
});

t.test('a client above the limit is refused with Retry-After', async (t) => {
  const app = await startApp(t, { env: { CHL_MAX_STREAMS: '2', CHL_OPERATIONS_MODE: 'noop' } });
  const open = await Promise.all([1, 2].map(() => openStream(app.origin, '/ui/stream/telemetry')));
  const refused = await openStream(app.origin, '/ui/stream/telemetry');
  t.equal(refused.status, 503);
  t.ok(refused.headers['retry-after']);
  for (const stream of [...open, refused]) stream.close();
});

t.test('closing the server ends the streams', async (t) => {
  const app = await startApp(t);
  const stream = await openStream(app.origin, '/ui/stream/telemetry');
  await stream.until(({ event }) => event === 'index');
  await app.close();
  await stream.ended();
  t.pass('ended');
});

t.test('a card whose rendering failed is sent with the next change', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { counts, bus } = app.parts;
  const { queue } = counts;
  counts.queue = () => {
    counts.queue = queue;
    throw new Error('the database is temporarily unavailable');
  };
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=queue');
  bus.emit('library');
  await stream.until(({ event }) => event === 'queue');
  stream.close();

  counts.queue = () => {
    counts.queue = queue;
    throw new Error('the database is temporarily unavailable');
  };
  bus.emit('library');
  const later = await openStream(app.origin, '/ui/stream/telemetry?topics=queue');
  await later.until(({ event }) => event === 'queue');
  later.close();
  t.pass('and to the next client');
});

t.test('a tick that is due soon is sent with a change', async (t) => {
  let present = new Date('2026-11-22T14:00:00.000Z');
  const app = await startApp(t, { ...frozen, now: () => present });
  const stream = await openStream(app.origin, '/ui/stream/telemetry');
  for (const name of names) await stream.until(({ event }) => event === name);
  const runAndSee = async () => {
    const { number } = await app.run('export');
    await stream.until(({ event, data }) => event === 'jobs' && data.includes(`#${number}`));
  };
  const ticks = () => stream.events.filter(({ event }) => event === 'tick').length;
  await runAndSee();
  await runAndSee();
  t.equal(ticks(), 0, 'not soon after the previous tick');
  present = new Date(present.getTime() + 4000);
  await runAndSee();
  await stream.until(({ event }) => event === 'tick');
  await runAndSee();
  t.equal(ticks(), 1, 'once, before the next change');
  stream.close();
});

t.test('the end of a job is sent to all clients, whichever cards they watch', async (t) => {
  const app = await startApp(t, frozen);
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=queue');
  await stream.until(({ event }) => event === 'queue');
  const { number } = await app.run('export');
  t.equal((await stream.until(({ event }) => event === 'ended')).data, String(number));
  stream.close();
});

t.test('one stream carries the cards of many tabs, also when some of their jobs do not exist', async (t) => {
  const app = await startApp(t, frozen);
  await app.run('export');
  const jobs = Array.from({ length: 40 }, (_, at) => `job-${at + 1}`).join(',');
  const stream = await openStream(app.origin, `/ui/stream/telemetry?topics=${jobs},queue&cycles=1`);
  await stream.ended();
  t.strictSame(stream.events.map(({ event }) => event).sort(), ['job-1', 'queue', 'tick']);
});

t.test('aborted clients leave nothing behind', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const { bus } = app.parts;
  const listeners = () => bus.eventNames().map((name) => bus.listenerCount(name));
  const before = listeners();
  await app.run('export');
  const gone = Array.from({ length: 60 }, async (_, turn) => {
    const path = turn % 3 === 0 ? '/api/v1/operations/jobs/1/log?follow=1' : '/ui/stream/telemetry';
    const request = http.get(app.origin + path, { agent: false }).on('error', () => {});
    await new Promise((resolve) => request.once(turn % 2 === 0 ? 'response' : 'socket', resolve));
    request.destroy();
  });
  await Promise.all(gone);
  const last = await openStream(app.origin, '/ui/stream/telemetry');
  await last.until(({ event }) => event === 'index');
  const clients = async () => (await app.json('/health')).body.components.stream.detail;
  while ((await clients()) !== '1 client' || String(listeners()) !== String(before));
  t.pass('no client and no listener is left');
  last.close();
});
