// A key file that others can read: requests stop until it is repaired, findings say so, and a repair needs no further step.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import { createKeyRequests } from '../support/credentials.ts';
import { type Service, startService } from '../support/embedding-service.ts';
import { textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

const key = 'sk-canary-0123456789';
let root: string;
let file: string;
let service: Service;
let app: TestApp;

t.before(async () => {
  root = makeFolder(t, { 'emb.key': key });
  file = path.join(root, 'emb.key');
  fs.chmodSync(file, 0o600);
  service = await startService(t);
  app = await startApp(t, { root });
  await app.run('import');
  await createKeyRequests(app).register('embedding', file);
  await app.submit('/ui/embedder/save', {
    kind: 'service',
    url: service.url,
    model: 'small',
    confirmed: 'yes',
  });
});

const check = async () =>
  (await createKeyRequests(app).send('POST', '/api/v1/embedder/check')).body as {
    status: string;
    text: string;
  };
const keysSent = () => new Set(service.asked.map(({ authorization }) => authorization));

t.test('a key that others can read is not sent, and neither is a request without it', async (t) => {
  t.match(await check(), { status: 'ok' });
  // The check has announced itself, so another look asks the service, too, while the key may still be used.
  t.equal((await app.json('/api/v1/checks/run', { check: 'embedder' })).status, 200);
  fs.chmodSync(file, 0o644);
  service.asked.length = 0;
  t.match(await check(), {
    status: 'error',
    text: /key file of the embedding service cannot be used\. Repair it under Settings, Credentials/,
  });
  const failed = await app.run('index');
  t.match([failed.status, JSON.stringify(failed)], ['failed', /key file of the embedding service cannot/]);
  t.equal(service.asked.length, 0, 'the service is not asked');
  t.match(await app.run('import'), { status: 'succeeded' }, 'an operation without the service works');
});

t.test('findings say that others can read the key in use', async (t) => {
  await lookTwice(app);
  const places = await readPlaces(app);
  for (const text of [places.page, places.banner, places.doctor])
    t.match(text, 'Key of the embedding service: the key file cannot be used');
  t.match(places.health.components, {
    credentials: { status: 'degraded' },
    embedder: { status: 'degraded' },
  });
  t.notMatch(places.banner, 'The embedding service does not answer', 'one cause makes one banner');
  const { html } = await app.page('/settings/credentials');
  t.match(textOf(html, '[aria-labelledby="h-embedding"]'), /Others can read .*Run: chmod 600/);
});

t.test('a start with such a file keeps to it', async (one) => {
  await app.close();
  app = await startApp(t, { root });
  service.asked.length = 0;
  one.match(await app.run('index'), { status: 'failed' });
  one.equal(service.asked.length, 0);
});

t.test('once it is repaired it is sent, without a further check', async (t) => {
  fs.chmodSync(file, 0o600);
  t.match(await app.run('index'), { status: 'succeeded' });
  t.strictSame([...keysSent()], [`Bearer ${key}`]);
  await lookTwice(app);
  t.notMatch((await readPlaces(app)).page, 'the key file cannot be used');
});

t.test('a link in place of a registered file is followed', async (t) => {
  fs.renameSync(file, `${file}.moved`);
  fs.symlinkSync(`${file}.moved`, file);
  t.match(await check(), { status: 'ok' });
  t.match((await createKeyRequests(app).read('embedding')).in_use, { problem: null, mode: '0600' });
  await app.close();
});
