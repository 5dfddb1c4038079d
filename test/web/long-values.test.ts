// Values of people and scripts may have any length: lists and cards stay small, and the stream delivers and ticks.
import t, { type Test } from 'tap';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { startApp } from '../support/app.ts';
import { addCategory, addExperience } from '../support/entries.ts';
import { defineOperation } from '../support/operations.ts';
import { openStream } from '../support/stream.ts';
import { createWorkerRows } from '../support/worker-rows.ts';

const long = '<&"'.repeat(100_000);
const maxBytes = 100_000;

function start(t: Test) {
  const operations = [
    defineOperation({ name: 'chore', subject: ({ text }) => String(text), outcome: () => long }),
    defineOperation({
      name: 'hostile',
      child: 'sends-long-texts',
      subject: ({ text }) => String(text),
      retries: { maxAttempts: 2, delayMs: 0, backoff: 1 },
    }),
    defineOperation({ name: 'counts', child: 'sends-rubbish' }),
  ];
  return startApp(t, { catalogue: createCatalogue(operations) });
}

t.test('cards, pages and lists cut long arguments, results, failures, phases and rows', async (t) => {
  const app = await start(t);
  const done = await app.run('chore', { text: long });
  const failed = await app.run('hostile', { text: long });
  const result = Buffer.from(JSON.stringify({ type: 'result', data: { [long]: 1 } }));
  for (let run = 0; run < 2; run++) await app.run('counts', { text: result.toString('base64') });
  t.equal(done.status, 'succeeded');
  t.equal(failed.status, 'failed');
  t.ok((failed.failure?.message.length ?? 0) >= 300_000, 'the record keeps the whole text');
  for (const path of [
    '/operations',
    '/jobs',
    ...['jobs', 'controls', 'banners'].map((name) => `/ui/operations/${name}`),
    ...[1, 2, 4].flatMap((number) => ['card', 'rows'].map((name) => `/ui/jobs/${number}/${name}`)),
    '/jobs/1',
    '/ui/jobs/2/retry',
  ]) {
    const { status, text } = await app.page(path);
    t.equal(status, 200, path);
    t.ok(text.length < maxBytes, `${path}: ${text.length} bytes`);
  }
  t.ok((await app.page('/ui/jobs/2/rows')).text.length < 10_000, 'a page of rows cuts more than the API');
  const listed = await app.json('/api/v1/operations/jobs');
  t.ok(JSON.stringify(listed.body).length < maxBytes);
  t.match(listed.body.items[3].args.text, /… \(300,000 characters\)$/);
  const rows = await app.json('/api/v1/operations/jobs/2/rows');
  t.equal(rows.body.items.length, 3);
  t.match(rows.body.items[2].message, /… \(300,000 characters\)$/);
  t.ok(JSON.stringify(rows.body).length < maxBytes);
  const whole = await app.json('/api/v1/operations/jobs/1');
  t.equal(whole.body.args.text, long, 'one job has the whole value');
});

t.test('lists and cards cut titles that other programs wrote into the library', async (t) => {
  const app = await startApp(t);
  const library = openDatabase(app.parts.config.databasePath, { busyMs: 5000 });
  t.teardown(() => library.close());
  addCategory(library, 'GEN');
  addExperience(library, 'E1', { title: long });
  await app.run('index');
  addExperience(library, 'E2', { title: long, embedding_status: 'failed' });
  createWorkerRows(t, app).add('embed-1', {
    state: 'working',
    current_id: 'E1',
    current_title: long,
    current_since: new Date().toISOString(),
    outage_since: new Date().toISOString(),
    outage_error: long,
  });
  const lists = ['/operations', '/ui/operations/queue', '/ui/operations/workers', '/library?state=all'];
  for (const path of [...lists, '/library?q=Playbook']) {
    const { status, text } = await app.page(path);
    t.equal(status, 200, path);
    t.ok(text.length < maxBytes, `${path}: ${text.length} bytes`);
  }
  for (const path of ['/workers', '/entries?state=all', '/search?q=Playbook', '/queue']) {
    const { status, body } = await app.json(`/api/v1${path}`);
    t.equal(status, 200, path);
    const { length } = JSON.stringify(body);
    t.ok(length < maxBytes, `${path}: ${length} bytes`);
  }
});

t.test('notices about long texts fit in a header and a cookie', async (t) => {
  const app = await start(t);
  const job = await app.run('hostile', { text: 'x' });
  const { body } = await app.json(`/ui/jobs/${job.number}/notice`);
  t.ok(JSON.stringify(body).length < 4000);
  const form = { text: 'x', reason: 'r'.repeat(300_000) };
  const plain = await app.submit('/ui/operations/run/chore', form);
  t.equal(plain.status, 303);
  t.ok(plain.headers.getSetCookie().every(({ length }) => length < 4000));
  const page = { 'hx-request': 'true', 'hx-current-url': `${app.origin}/operations` };
  const part = await app.submit('/ui/operations/run/chore', form, page);
  t.equal(part.status, 200);
  t.ok((part.headers.get('hx-trigger') ?? '').length < 4000);
});

t.test('the title of a notice has local times', async (t) => {
  const operation = defineOperation({ name: 'dated', title: 'Load 2026-11-28 14:08 UTC' });
  const app = await startApp(t, { catalogue: createCatalogue([operation]) });
  const { headers } = await app.submit(
    '/ui/operations/run/dated',
    {},
    {
      'hx-request': 'true',
      'hx-current-url': `${app.origin}/operations`,
    },
  );
  t.match(JSON.parse(headers.get('hx-trigger') ?? ''), {
    'chl-notice': { title: /^Load 28 Nov 2026, \d\d:\d8 #1 queued\.$/ },
  });
});

t.test('the stream of a job with long values ticks, and sends what follows', async (t) => {
  const app = await start(t);
  await app.run('hostile', { text: long });
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=jobs,controls,job-1,rows-1');
  t.teardown(() => stream.close());
  await stream.until(({ event, data }) => event === 'job-1' && data.includes('Failed'));
  await stream.until(({ event }) => event === 'tick', stream.events.length);
  await app.run('chore', { text: 'x' });
  await stream.until(({ event, data }) => event === 'jobs' && data.includes('#2'));
});
