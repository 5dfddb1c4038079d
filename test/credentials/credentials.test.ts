// Credentials of Google: uploads and paths, what is refused, what stays in use, and what is left behind.
import '../support/plain-children.ts';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { lookTwice, readPlaces } from '../support/checks.ts';
import { auditOf, createKeyRequests, startWithKey } from '../support/credentials.ts';
import { bookId, type GoogleStandIn } from '../support/google.ts';
import { makeFolder } from '../support/folder.ts';

let app: TestApp;
let google: GoogleStandIn;
let keys: ReturnType<typeof createKeyRequests>;
let goodKey: string;

t.before(async () => {
  const started = await startWithKey(t);
  ({ google, goodKey } = started);
  app = await startApp(t, { env: started.env });
  keys = createKeyRequests(app);
});

const secrets = () => fs.readdirSync(path.join(app.root, 'secrets'));
const steps = (check: { steps: { title: string; status: string }[] }) =>
  check.steps.map(({ title, status }) => `${status} ${title}`);

t.test('an uploaded key is checked, kept for this user alone, and used', async (t) => {
  t.match(await keys.read('google'), { is_set: false, in_use: null, check: null });
  t.match(await keys.check('google'), { status: 409, body: { error: { code: 'wrong_state' } } });
  const { status, body } = await keys.upload('google', goodKey, 'key.json', 'the first one');
  t.equal(status, 201);
  t.match(body, {
    is_set: true,
    next: null,
    in_use: {
      path: /secrets\/google-\d{8}T\d{6}Z-....\.json$/,
      mode: '0600',
      email: /gserviceaccount/,
      problem: null,
    },
    check: { status: 'ok', text: 'The key is accepted.' },
  });
  t.strictSame(steps(body.check), [
    'ok File can be read',
    'ok Google accepts the key',
    'skipped Opens a sheet',
    'ok Writes and removes a file',
  ]);
  t.equal(app.config.google.keyFile, path.join(fs.realpathSync(app.root), 'secrets', secrets()[0] ?? ''));
  t.equal(fs.statSync(path.join(app.root, 'secrets')).mode & 0o777, 0o700);
  t.notMatch(JSON.stringify(body), 'PRIVATE KEY');
  const [row] = auditOf(app, 'google').slice(-1);
  const detail = { before: 'not set', after: 'set' };
  t.match(row, { event: 'credential.changed', outcome: 'ok', reason: 'the first one', detail });
});

t.test('a check opens each sheet of Google and reads its headers', async (t) => {
  await keys.send('PUT', '/api/v1/sources/published', JSON.stringify({ kind: 'google', place: bookId }));
  google.calls.length = 0;
  const { body } = await keys.check('google', 'the sheet is new');
  t.match(body, {
    used_by: ['published'],
    check: { status: 'ok', text: 'The key is accepted, and each sheet opens.' },
  });
  t.match(steps(body.check)[2], 'ok Opens published and reads the headers');
  t.match(body.check.steps[2].text, 'Team library: Categories, Experiences and Manuals.');
  t.ok(google.calls.includes(`GET /v4/spreadsheets/${bookId}/values:batchGet`));
  const row = { event: 'credential.checked', reason: 'the sheet is new', detail: { status: 'ok' } };
  t.match(auditOf(app, 'google').at(-1), row);
});

t.test('a key that is removed during its check stays removed', async (t) => {
  let release = () => {};
  const released = new Promise<undefined>((resolve) => {
    release = () => resolve(undefined);
  });
  const asked = new Promise<void>((resolve) => {
    google.state.before = () => {
      resolve();
      return released;
    };
  });
  const checked = keys.check('google');
  await asked;
  const changed = once(app.parts.bus, 'credentials');
  const removed = keys.remove('google', 'it is old');
  await changed;
  release();
  google.state.before = () => null;
  t.match(await checked, { status: 200 });
  t.match(await removed, { status: 204 });
  t.match(await keys.read('google'), { is_set: false, in_use: null, check: null });
  t.match(await keys.upload('google', goodKey), { status: 201 });
});

t.test('a key that Google refuses is not kept, and the old one stays', async (t) => {
  const before = secrets();
  google.state.isRevoked = true;
  const { status, body } = await keys.upload('google', goodKey);
  google.state.isRevoked = false;
  t.equal(status, 422);
  t.match(body.error, { code: 'invalid_arguments', details: { problems: [{ field: 'file' }] } });
  t.match(body.error.message, /Google refuses the key of .*Create a new key.*The new key is not used\.$/);
  t.strictSame(secrets(), before);
  t.match(auditOf(app, 'google').at(-1), { outcome: 'refused', detail: { code: 'invalid_arguments' } });
});

t.test('a key that cannot be checked now waits, and the old one serves until it passes', async (t) => {
  const [old] = secrets();
  const used = app.config.google.keyFile;
  google.state.before = () => ({ status: 503, headers: { 'retry-after': '600' } });
  const { status, body } = await keys.upload('google', goodKey);
  t.equal(status, 200);
  t.match(body, { next: { check: { status: 'error', text: /Google cannot be reached/ } } });
  t.equal(app.config.google.keyFile, used);
  t.equal(secrets().length, 2);
  google.state.before = () => ({ status: 403, message: 'a proxy' });
  t.match((await keys.check('google')).body.next.check.text, /answers 403\. Check the proxy/);
  google.state.before = () => null;
  const passed = await keys.check('google');
  t.match(passed.body, { next: null, check: { status: 'ok' } });
  t.equal(secrets().length, 1);
  t.not(secrets()[0], old);
  t.equal(path.basename(app.config.google.keyFile ?? ''), secrets()[0]);
});

t.test('a check of a broken thing says what to do', async (t) => {
  const file = app.config.google.keyFile ?? '';
  google.state.before = (call) =>
    call.includes('/v4/') ? { status: 403, message: 'The caller does not have permission' } : null;
  const shared = await keys.check('google');
  t.match(shared.body.check, {
    status: 'error',
    text: /reader@.* may not open .*Share it with that address/,
  });
  await lookTwice(app);
  const places = await readPlaces(app);
  for (const text of [places.page, places.banner, places.doctor])
    t.match(text, 'Google service account: the last check has failed');
  t.match(places.health.components, {
    credentials: { status: 'degraded' },
    sources: { status: 'degraded' },
  });
  const isOff = { status: 403, message: 'Google Sheets API has not been used in project 1' };
  google.state.before = (call) => (call.includes('/v4/') ? isOff : null);
  t.match((await keys.check('google')).body.check.text, /API is off for the project of .* Switch it on/);
  google.state.before = () => null;
  fs.chmodSync(file, 0o644);
  const wide = await keys.check('google');
  t.match(wide.body.check, { status: 'error', text: /Others can read .* \(mode 0644\)\. Run: chmod 600 / });
  t.match(wide.body.in_use.command, /^chmod 600 /);
  fs.chmodSync(file, 0o600);
  fs.renameSync(file, `${file}.away`);
  t.match((await keys.check('google')).body.check.text, /There is no file/);
  fs.renameSync(`${file}.away`, file);
  t.match((await keys.check('google')).body.check, { status: 'ok' });
  t.equal(app.config.google.keyFile, file);
});

t.test('a path is refused with the command that fixes it, and nothing of the file is repeated', async (t) => {
  const folder = makeFolder(t, { 'good.json': goodKey, 'a b.json': goodKey, folder: {} });
  const at = (name: string) => path.join(folder, name);
  fs.chmodSync(at('good.json'), 0o600);
  fs.symlinkSync(at('good.json'), at('link.json'));
  fs.symlinkSync(folder, at('way'));
  fs.chmodSync(at('a b.json'), 0o640);
  const wrong: [string, string, RegExp][] = [
    ['empty.json', '', /is empty/],
    ['big.json', 'x'.repeat(512 * 1024 + 1), /larger than 512 KiB/],
    [
      'oauth.json',
      '{"installed":{"client_secret":"hunter2"}}',
      /is the OAuth client of an application.*IAM & Admin/,
    ],
    ['person.json', '{"type":"authorized_user","refresh_token":"hunter2"}', /is the login of a person/],
    ['api.json', 'AIzaSyhunter2hunter2', /is an API key \(AIza…\)/],
    ['cut.json', '{"type":"service_account","private_key":"hunter2', /is cut off or was changed/],
    ['other.json', '{"hunter2": 1}', /lacks type, client_email or private_key/],
    ['pem.json', '-----BEGIN PRIVATE KEY-----\nhunter2', /a private key or certificate alone/],
  ];
  for (const [name, content] of wrong) fs.writeFileSync(at(name), content, { mode: 0o600 });
  const paths: [string, RegExp][] = [
    ['', /Write the path/],
    ['keys/a.json', /it begins with \/ or ~\//],
    [`${folder}/x/../good.json`, /without “\.\.”/],
    [at('missing.json'), /There is no file/],
    [at('folder'), /is a folder/],
    [at('link.json'), /through a link\. Register .*good\.json itself/],
    [at('way/good.json'), /through a link/],
    [at('a b.json'), /\(mode 0640\)\. Run: chmod 600 '.*a b\.json'$/],
    ...wrong.map(([name, , message]): [string, RegExp] => [at(name), message]),
  ];
  for (const [given, message] of paths) {
    const { status, body } = await keys.register('google', given);
    t.equal(status, 422, given);
    t.match(body.error.details.problems, [{ field: 'path', message }], given);
    t.notMatch(JSON.stringify(body), 'hunter2');
  }
  t.notMatch(JSON.stringify(auditOf(app, 'google')), 'hunter2');
  const uploaded = await keys.upload('google', wrong[2]?.[1] ?? '', 'client.json');
  t.match(uploaded, { status: 422, body: { error: { message: /^client\.json is the OAuth client/ } } });
  t.match(await keys.upload('google', 'x'.repeat(600_000)), {
    status: 413,
    body: { error: { code: 'too_large', message: /The limit is 512 KiB\. Nothing was uploaded\.$/ } },
  });
  t.equal(secrets().length, 1, 'nothing of them is kept');
  t.match(await keys.send('PUT', '/api/v1/credentials/other', '{"path":"/x"}'), { status: 404 });
  t.match(await keys.send('PUT', '/api/v1/credentials/google', '{"path":"/x","mode":1}'), { status: 422 });
});

t.test('a registered file replaces an upload and stays where it is', async (t) => {
  const folder = makeFolder(t, { 'mine.json': goodKey });
  const file = path.join(folder, 'mine.json');
  fs.chmodSync(file, 0o600);
  const { status, body } = await keys.register('google', file);
  t.equal(status, 200);
  t.match(body.in_use, { mode: '0600', check: { status: 'ok' } });
  t.match(auditOf(app, 'google').at(-1), { detail: { before: 'set', after: 'set' } });
  t.equal(app.config.google.keyFile, file);
  t.strictSame(secrets(), []);
  t.match(await keys.remove('google'), { status: 422, body: { error: { code: 'confirmation_required' } } });
  t.match(await keys.remove('google', 'it is old'), { status: 204 });
  t.equal(app.config.google.keyFile, null);
  t.ok(fs.existsSync(file));
  const removed = auditOf(app, 'google').at(-1);
  t.match(removed, {
    event: 'credential.removed',
    reason: 'it is old',
    detail: { before: 'set', after: 'not set' },
  });
  t.match(await keys.remove('google', 'it is old'), {
    status: 409,
    body: { error: { code: 'wrong_state' } },
  });
});

t.test('the forms work without JavaScript, and come back with what was refused', async (t) => {
  const wrong = await app.submit('/ui/credentials/google/path', { path: '/nowhere/a.json' });
  t.equal(wrong.status, 422);
  t.match(await wrong.text(), /<h1>Credentials<\/h1>.*value="\/nowhere\/a\.json".*There is no file/s);
  const folder = makeFolder(t, { 'mine.json': goodKey });
  const file = path.join(folder, 'mine.json');
  fs.chmodSync(file, 0o644);
  const wide = await app.submit('/ui/credentials/google/path', { path: file }, { 'hx-request': 'true' });
  t.match(await wide.text(), /^<section[^>]*id="set-google".*id="command-google">chmod 600 /s);
  fs.chmodSync(file, 0o600);
  t.match(await app.submit('/ui/credentials/google/path', { path: file }), { status: 303 });
  t.match(await app.submit('/ui/credentials/google/check', {}), { status: 303 });
  t.match(await app.submit('/ui/credentials/google/remove', { reason: 'x' }), { status: 422 });
  t.match(await app.submit('/ui/credentials/google/remove', { reason: 'a new one' }), { status: 303 });
  t.match(await app.submit('/ui/credentials/other/check', {}), { status: 404 });
});
