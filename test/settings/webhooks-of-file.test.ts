// Webhooks in an export of settings: equal on another server but for their secrets, all or nothing, with a preview.
import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'node-html-parser';
import t, { type Test } from 'tap';
import { settings } from '../../src/settings/feature.ts';
import { webhookStore } from '../../src/webhook-store/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { anna } from '../support/webhooks.ts';

const why = { reason: 'a test needs it' };
const chat = { name: 'chat', url: 'http://127.0.0.1:9/hook?key=geheim', events: ['tell-me'], is_on: false };
const listed = { name: 'listed', url: 'http://203.0.113.7:9/in', events: ['job.*'], is_on: false };
const hosts = { 'webhooks.hosts': ['203.0.113.7'] };
const fileWith = (webhooks: object[], values: object = {}) => ({ format: 1, settings: values, webhooks });

let app: TestApp;

t.before(async () => {
  app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
});

const secrets = () => fs.readdirSync(path.join(app.root, 'secrets')).sort();
const send = (file: object, more = {}) => app.json('/api/v1/settings/import', { file, ...more });
async function apply(file: object) {
  const { body } = await send(file);
  return send(file, { plan: body.plan, ...why, confirm: 'settings' });
}
const store = () => app.use(webhookStore);
async function clear(t: Test) {
  for (const { name } of store().webhookEdits.all()) await store().webhookEdits.remove(name, anna);
  t.strictSame((await app.json('/api/v1/webhooks')).body.items, []);
}

t.test('a server without webhooks becomes equal but for the secrets', async (t) => {
  const { secret } = await store().webhookEdits.save('chat', chat, anna);
  const { body: file } = await app.json('/api/v1/settings/export');
  t.strictSame(file.webhooks, [chat]);
  t.notMatch(JSON.stringify(file), 'whsec_');
  await clear(t);
  const { body: preview } = await send(file);
  t.match(preview.changes, [{ key: 'webhooks.chat', title: 'Webhook chat', state: 'changed', before: null }]);
  t.strictSame(secrets(), [], 'a preview changes nothing');
  t.match((await apply(file)).body, { changed: ['webhooks.chat'] });
  t.strictSame((await app.json('/api/v1/settings/export')).body, file);
  const [fresh, ...more] = store().webhookSecrets.read('chat');
  t.strictSame(more, []);
  t.match(fresh, /^whsec_/);
  t.not(fresh, secret);
  const { body } = await app.json('/api/v1/audit?event=settings.imported');
  t.match(body.items[0].detail, {
    before: { 'webhooks.chat': null },
    after: { 'webhooks.chat': { is_on: false } },
  });
  t.notMatch(JSON.stringify(body), 'geheim');
  t.match((await send(file)).body.changes, [{ key: 'webhooks.chat', state: 'unchanged' }]);
  await apply(fileWith([{ ...chat, events: ['*'] }]));
  t.strictSame(store().webhookSecrets.read('chat'), [fresh], 'a change keeps the secret');
  await clear(t);
});

t.test('the hosts of the same file count', async (t) => {
  const alone = await send(fileWith([listed]));
  t.match(alone.body.changes, [{ state: 'refused', why: /^203.0.113.7 is not this machine. Add it/ }]);
  t.match((await apply(fileWith([listed]))).status, 422);
  t.match((await apply(fileWith([listed], hosts))).body, { changed: ['webhooks.hosts', 'webhooks.listed'] });
  await clear(t);
  await apply(fileWith([], { 'webhooks.hosts': null }));
});

t.test('one that cannot be reached changes nothing', async (t) => {
  const self = { name: 'self', url: `${app.origin}/x`, events: ['*'] };
  const file = fileWith([chat, self], { 'retention.days': 44 });
  t.match((await send(file)).body.changes, [{}, { state: 'changed' }, { state: 'changed' }]);
  const refused = await apply(file);
  t.match(refused, { status: 422, body: { error: { details: { problems: [{ field: 'webhooks.self' }] } } } });
  t.strictSame(store().webhookEdits.all(), []);
  t.strictSame(secrets(), []);
  t.notMatch((await app.json('/api/v1/settings/export')).body.settings, { 'retention.days': 44 });
});

t.test('every fault of a file is named', async (t) => {
  const wrong = [
    { ...chat, name: 'Wrong!' },
    { ...chat, name: 'bad', events: ['job.x'], colour: 1 },
    { ...chat, name: 'hidden', url: 'http://127.0.0.1:9/hook?…' },
  ];
  t.match((await send(fileWith(wrong))).body.changes, [
    { state: 'refused', why: /^Name: small letters/ },
    { state: 'refused', why: 'It has an unknown member "colour".' },
    { state: 'refused', why: /its end was left out/ },
  ]);
  t.match((await send(fileWith([chat, chat]))).body.error.message, /has the webhook "chat" twice/);
  t.match(
    (await send(fileWith([{ name: 'x' }]))).body.error.message,
    /Each item of webhooks must be an object/,
  );
});

t.test('only an admin gets the query of an address in a file, and the page shows none', async (t) => {
  await store().webhookEdits.save('chat', chat, anna);
  const { settingsFile } = app.use(settings);
  t.match(settingsFile.export('operator').webhooks, [{ url: 'http://127.0.0.1:9/hook?…' }]);
  t.match(settingsFile.withDefaults(fileWith([chat]), 'viewer').webhooks, [
    { url: 'http://127.0.0.1:9/hook?…' },
  ]);
  const form = new FormData();
  const file = fileWith([
    { ...chat, name: 'more' },
    { ...chat, events: ['*'] },
  ]);
  form.append('file', new Blob([JSON.stringify(file)]), 'settings.json');
  const answer = await fetch(`${app.origin}/ui/settings/import`, { method: 'POST', body: form });
  const page = parse(await answer.text());
  t.match(textOf(page, 'main'), 'http://127.0.0.1:9/hook?…, *, off');
  t.match(textOf(page, 'main'), 'New secrets are made for more. Replace each secret to see it.');
  t.notMatch(textOf(page, 'main'), 'geheim');
  await clear(t);
});
