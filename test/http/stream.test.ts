import t from 'tap';
import { dashboardCards } from '../../src/http/cards/list.ts';
import { startApp } from '../support/app.ts';
import { insideOf } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

const names = dashboardCards.map((card) => card.name);
const frozen = { now: () => new Date('2026-11-22T14:00:00.000Z'), env: { CHL_OPERATIONS_MODE: 'noop' } };

t.test('page, partial and event are the same bytes', async (t) => {
  const app = await startApp(t, frozen);
  await app.run('export');
  const { text: page } = await app.page('/operations');
  const stream = await openStream(app.origin, '/ui/stream/telemetry?cycles=1');
  await stream.ended();
  for (const card of dashboardCards) {
    const event = stream.events.find(({ event }) => event === card.name);
    const { text: partial } = await app.page(card.path);
    t.equal(event?.data, partial, `${card.name}: event and partial`);
    t.equal(insideOf(page, card.host), partial, `${card.name}: page and partial`);
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

t.test('a client gets the present state, then changes, each with an id', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const stream = await openStream(app.origin, '/ui/stream/telemetry');
  t.match(stream.headers['content-type'], /^text\/event-stream/);
  await stream.until(({ event }) => event === 'index');
  t.strictSame(
    stream.events.map(({ event }) => event),
    names,
  );
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

t.test('after a reconnect only what has changed is sent', async (t) => {
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
  await stranger.until(({ event }) => event === 'index');
  t.strictSame(
    stranger.events.map(({ event }) => event),
    names,
    'an unknown id gets everything',
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

t.test('cycles=n gives n full batches and ends', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const stream = await openStream(app.origin, '/ui/stream/telemetry?cycles=3');
  await stream.ended();
  t.strictSame(
    stream.events.map(({ event }) => event),
    [1, 2, 3].flatMap(() => [...names, 'tick']),
  );
  const tick = stream.events.find(({ event }) => event === 'tick');
  t.ok(`event: tick\ndata: ${tick?.data}\n\n`.length <= 80);
});

t.test('topics narrow the stream, and a job has its own', async (t) => {
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
  const unknown = await app.page('/ui/stream/telemetry?topics=weather');
  t.equal(unknown.status, 404);
});

t.test('one client more than allowed is told to come back', async (t) => {
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
