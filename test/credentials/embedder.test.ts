// The key of the embedding service, and a change of the embedder while the server runs.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'node-html-parser';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { auditOf, createKeyRequests } from '../support/credentials.ts';
import { refuse, type Service, startService } from '../support/embedding-service.ts';
import { textOf } from '../support/screen.ts';
import { until } from '../support/until.ts';

const key = 'sk-canary-0123456789';
let app: TestApp;
let service: Service;
let keys: ReturnType<typeof createKeyRequests>;

t.before(async () => {
  service = await startService(t);
  service.misbehave = ({ authorization }, response) =>
    authorization !== `Bearer ${key}` && refuse(response, 401, {}, '{"error":{"message":"wrong key"}}');
  app = await startApp(t, { env: { CHL_WORKERS: '1' } });
  keys = createKeyRequests(app);
  await app.run('import');
});

const check = (body?: object) =>
  keys.send('POST', '/api/v1/embedder/check', body === undefined ? undefined : JSON.stringify(body));
const save = (url: string, model: string, confirmed = 'yes') =>
  app.submit('/ui/embedder/save', { kind: 'service', url, model, confirmed });

t.test('the built-in embedder embeds a word', async (t) => {
  t.match(await check(), {
    status: 200,
    body: { status: 'ok', dimension: 384, effect: /is embedded with this model, so nothing/ },
  });
  t.match((await keys.send('GET', '/api/v1/embedder')).body, { kind: 'built_in', check: { status: 'ok' } });
});

t.test('an API key is one line, and any other file is refused by name', async (t) => {
  const wrong: [string, RegExp][] = [
    ['', /is empty/],
    ['{"type":"service_account","private_key":"hunter2"}', /is JSON, not an API key/],
    ['OPENAI_API_KEY=hunter2', /sets a variable\. Keep only the key/],
    ['Bearer hunter2', /begins with “Bearer”/],
    ['hunter2\nhunter2', /has several lines/],
    ['hunter2 hunter2', /has spaces or letters/],
  ];
  for (const [content, message] of wrong) {
    const { status, body } = await keys.upload('embedding', content, 'x.key');
    t.match({ status, message: body.error.message }, { status: 422, message });
    t.notMatch(JSON.stringify(body), 'hunter2');
  }
  t.match(await keys.upload('embedding', `${key}\n`, 'x.key'), {
    status: 201,
    body: { check: { status: 'ok' }, used_by: [], in_use: { mode: '0600' } },
  });
});

t.test('a service is tried before it is saved, with what a change means', async (t) => {
  const typed = { url: service.url, model: 'small' };
  t.match(await check(typed), {
    body: {
      status: 'ok',
      embeds_with: 'small',
      dimension: 4,
      effect: /^72 entries will be embedded again\. Search keeps/,
    },
  });
  t.equal(service.asked.at(-1)?.authorization, `Bearer ${key}`);
  t.match(await check({ url: 'http://me:hunter2@x', model: 'm' }), {
    status: 422,
    body: { error: { details: { problems: [{ field: 'embedding.url', message: /user or a password/ }] } } },
  });
  t.match(await check({ url: service.url, model: '' }), { status: 422 });
  t.match(await check({ url: 'http://127.0.0.1:2', model: 'm' }), {
    body: {
      status: 'error',
      text: /nothing listens there\. Start it, or correct its settings/,
      effect: null,
    },
  });
  t.equal(app.config.embedding, null, 'nothing is saved');
});

t.test(
  'a change asks first, with the number of entries, where they are sent, and a failed check',
  async (t) => {
    const asked = await save(service.url, 'small', '');
    t.equal(asked.status, 422);
    const dialog = await asked.text();
    t.match(textOf(parse(dialog), '.dlg-body'), /72 entries will be embedded again.* is sent to http:/s);
    t.notMatch(dialog, 'has just failed');
    t.match(parse(dialog).querySelector('input[name="model"]')?.getAttribute('value'), 'small');
    const failing = parse(await (await save('http://127.0.0.1:2', 'small', '')).text());
    t.match(textOf(failing, '.dlg-body'), /Its check has just failed.*nothing listens there/s);
    t.match(textOf(failing, '#dialog-submit'), 'Change it anyway');
    t.equal(app.config.embedding, null, 'nothing is saved');
  },
);

t.test('a saved service is used by workers and searches without a restart', async (t) => {
  await app.run('index');
  const before = app.parts.liveIndex.indexState();
  t.match(await save(service.url, 'small'), { status: 303 });
  await until(async () => {
    const { body } = await keys.send('GET', '/api/v1/embedder');
    return !body.is_changing && body.library.name === 'small' && body.library.dimension === 4;
  });
  await until(() => app.parts.counts.queue().pending.total === 0);
  t.match(app.parts.liveIndex.indexState(), { state: 'broken', generation: before.generation });
  const { hits } = await app.parts.liveIndex.search({ query: 'compiler' });
  t.ok(hits.length > 0, 'the current index still answers');
  const rebuilt = await app.run('index');
  t.match(rebuilt, { status: 'succeeded', result: { model: 'small' } });
  await until(() => app.parts.liveIndex.indexState().model === 'small');
  t.match((await keys.read('embedding')).used_by, ['small']);
});

t.test('a check of the key embeds a word, and a wrong key is not taken', async (t) => {
  t.match((await keys.check('embedding')).body.check, {
    status: 'ok',
    text: /^“library” came back as 4 numbers from small at /,
    steps: [
      { title: 'File can be read' },
      { title: 'Embeds a word' },
      { title: 'Writes and removes a file' },
    ],
  });
  const { status, body } = await keys.upload('embedding', 'sk-wrong-9876543210', 'x.key');
  t.match(
    { status, message: body.error.message },
    { status: 422, message: /answers 401 .*The new key is not used/ },
  );
  t.match(await check(), { body: { status: 'ok' } }, 'the old key serves');
  await service.stop();
  const waiting = await keys.upload('embedding', 'sk-other-9876543210', 'x.key');
  t.match(waiting.body.next.check, { status: 'error', text: /nothing listens there/ });
  t.equal(fs.readdirSync(path.join(app.root, 'secrets')).length, 2);
  const text = JSON.stringify([waiting.body, auditOf(app, 'embedding')]);
  for (const secret of [key, 'sk-wrong', 'sk-other']) t.notMatch(text, secret);
});

t.test('the page says what is in use, and shows what was typed again', async (t) => {
  await check();
  const { html } = await app.page('/settings/embedder');
  t.match(textOf(html, '#embedder-card'), /Check failed.*small.*embedded with small Dimension 4/s);
  for (let at = 0; at < 50; at += 1)
    app.ops.exec(`
      INSERT INTO audit (at, actor, event, target, outcome)
      VALUES ('2026-01-01', 'test', 'embedder.checked', 'embedder', 'ok')
    `);
  t.match((await keys.send('GET', '/api/v1/embedder')).body, { check: { status: 'error' } });
  const builtIn = { kind: 'built_in', url: 'http://typed', model: 'm' };
  t.match(await (await app.submit('/ui/embedder/check', builtIn)).text(), 'value="http://typed"');
  const typed = { kind: 'service', url: 'ftp://x', model: 'm' };
  const refused = await app.submit('/ui/embedder/save', typed);
  t.equal(refused.status, 422);
  t.match(await refused.text(), /value="ftp:\/\/x".*allowed: an http or https address/s);
  const empty = await save('', '');
  t.equal(empty.status, 422);
  const form = await empty.text();
  t.match(textOf(parse(form), '#embedder-url-problem'), 'Enter the address of the service.');
  t.match(textOf(parse(form), '#embedder-model-problem'), 'Enter the name of the model.');
  t.match(form, /value="service"\s+checked/, 'the choice is kept');
  const moved = await save('http://127.0.0.1:1', 'small');
  const [, failed = ''] = /chl_flash=([^;]+)/.exec(`${moved.headers.get('set-cookie')}`) ?? [];
  t.match(JSON.parse(`${Buffer.from(failed, 'base64url')}`), { tone: 'warn', title: /but its check failed/ });
  const saved = await app.submit('/ui/embedder/save', {
    kind: 'built_in',
    url: 'http://x',
    model: 'm',
    confirmed: 'yes',
  });
  t.match(saved, { status: 303 });
  t.equal(app.config.embedding, null);
});
