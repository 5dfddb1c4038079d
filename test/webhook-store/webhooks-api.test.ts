// Webhooks over the API and the command line, with roles. One server for the file.
import '../support/plain-children.ts';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { runHere } from '../support/command-line.ts';
import { as, startWithRoles } from '../support/roles.ts';

let app: TestApp;

t.before(async () => {
  app = await startWithRoles(t, (t) => startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } }));
});

const path = '/api/v1/webhooks/chat';
const url = 'http://127.0.0.1:9/hook?key=geheim';
const value = { url, events: ['job.*', 'tell-me'], is_on: false };

async function ask(
  method: string,
  address: string,
  body?: object,
  headers: Record<string, string> = as('admin'),
) {
  const sent = body && { body: JSON.stringify(body) };
  const type = body && { 'content-type': 'application/json' };
  const answer = await fetch(app.origin + address, { method, ...sent, headers: { ...type, ...headers } });
  const text = await answer.text();
  return {
    status: answer.status,
    body: text === '' ? null : JSON.parse(text),
    etag: answer.headers.get('etag') ?? '',
  };
}

t.test('a webhook is created once with its secret, then read and changed without', async (t) => {
  const created = await ask('PUT', path, { ...value, reason: 'for the team' });
  t.match(created, { status: 201, body: { ...value, name: 'chat', state: 'off', secret: /^whsec_.{44}$/ } });
  const read = await ask('GET', path);
  t.match(read.body, value);
  t.notOk('secret' in read.body);
  const changed = await ask('PUT', path, { events: ['*'] }, { ...as('admin'), 'if-match': read.etag });
  t.match(changed, { status: 200, body: { url, events: ['*'] } });
  t.notOk('secret' in changed.body);
  const outdated = await ask('PUT', path, { events: ['*'] }, { ...as('admin'), 'if-match': read.etag });
  t.match(outdated, { status: 409, body: { error: { code: 'edit_conflict' } } });
  t.match((await ask('GET', '/api/v1/audit?event=webhook.changed')).body.items, [
    { outcome: 'refused', detail: { code: 'edit_conflict' } },
    { reason: null, detail: { before: { events: value.events }, after: { events: ['*'] } } },
    { reason: 'for the team', target: 'webhook:chat', detail: { before: null } },
  ]);
});

t.test('only an admin reads the query of an address, and changes webhooks', async (t) => {
  for (const role of ['viewer', 'operator'] as const) {
    const { body } = await ask('GET', '/api/v1/webhooks', undefined, as(role));
    t.match(body.items, [{ name: 'chat', url: 'http://127.0.0.1:9/hook?…' }]);
    for (const [method, address] of [
      ['PUT', path],
      ['DELETE', path],
      ['POST', `${path}/rotate`],
    ] as const)
      t.equal((await ask(method, address, {}, as(role))).status, 403, `${role} ${method}`);
  }
});

t.test('every fault is answered at once', async (t) => {
  const own = { url: `${app.origin}/api/v1/jobs`, events: ['job.finshed'] };
  const { status, body } = await ask('PUT', '/api/v1/webhooks/self', own);
  t.equal(status, 422);
  t.match(body.error.details.problems, [
    { field: 'events', message: /There is no event "job.finshed". Near: job.finished/ },
    { field: 'url', message: /this is the server itself/ },
  ]);
  t.match(await ask('PUT', path, { colour: 1 }), { status: 422 });
  t.match(await ask('GET', '/api/v1/webhooks/self'), { status: 404 });
});

t.test('a rotation gives the new secret', async (t) => {
  t.match(await ask('POST', `${path}/rotate`, {}), {
    status: 422,
    body: { error: { code: 'confirmation_required' } },
  });
  const rotated = await ask('POST', `${path}/rotate`, { reason: 'it has leaked' });
  t.match(rotated, { status: 200, body: { secret: /^whsec_/, old_secret_until: /Z$/ } });
  const { old_secret_until } = (await ask('GET', path)).body;
  t.equal(old_secret_until, rotated.body.old_secret_until);
  const atOnce = await ask('POST', `${path}/rotate`, { at_once: true, reason: 'it has leaked' });
  t.match(atOnce.body, { old_secret_until: null });
  t.not(atOnce.body.secret, rotated.body.secret);
});

t.test('a secret sent elsewhere is masked, also a former one', async (t) => {
  const { body } = await ask('POST', `${path}/rotate`, { at_once: true, reason: 'for this test' });
  await ask('POST', `${path}/rotate`, { at_once: true, reason: `instead of ${body.secret}` });
  const { items } = (await ask('GET', '/api/v1/audit?event=webhook.rotated')).body;
  t.equal(items[0].reason, 'instead of [masked]');
});

t.test('it is removed', async (t) => {
  t.equal((await ask('DELETE', path, { reason: 'no longer used' })).status, 204);
  t.equal((await ask('DELETE', path)).status, 404);
  t.strictSame((await ask('GET', '/api/v1/webhooks')).body.items, []);
});

t.test('the command line', async (t) => {
  const [, token = ''] = (as('admin').authorization ?? '').split(' ');
  const chl = (...words: string[]) => runHere(app.root, words, { CHL_TOKEN: token });
  t.match(await chl('webhooks'), { code: 0, out: /^No webhooks. Add one/ });
  const hook = 'http://127.0.0.1:9/hook';
  const added = await chl('webhooks', 'add', 'desk', hook, '--events', 'job.*, tell-me');
  t.match(added, { code: 0, out: /^whsec_\S{44}\n$/ });
  t.match(await chl('webhooks', 'add', 'desk', hook), { err: /There is a webhook desk already/ });
  t.match(await chl('webhooks', 'off', 'desk'), {
    out: /^desk +off +http:\/\/127.0.0.1:9\/hook job.\*,tell-me\n$/,
  });
  t.match(await chl('webhooks', 'on', 'none'), { err: /There is no webhook named "none"/ });
  t.match(await chl('webhooks', 'set', 'desk', '--events', '*'), { out: /hook \*\n$/ });
  const rotated = await chl('webhooks', 'rotate', 'desk', '--at-once', '--reason', 'it has leaked');
  t.match(rotated, { code: 0, out: /^whsec_\S{44}\n$/ });
  t.match(await chl('webhooks', 'rotate', 'desk'), { err: /Write a reason/ });
  t.match(await chl('webhooks', 'list', '--json'), { out: /"state":\s*"off"/ });
  t.match(await chl('webhooks', 'test', 'desk'), {
    code: 1,
    out: /^The test did not arrive: Nothing listens at its address after \d+ ms\.\n$/,
    err: '',
  });
  t.match(await chl('webhooks', 'test', 'desk', '--json'), { code: 1, out: /"status": "failed"/ });
  t.match(await chl('webhooks', 'replay'), { err: /"npm run chl -- webhooks deliveries NAME" lists them/ });
  const listed = await chl('webhooks', 'deliveries', 'desk', '--status', 'failed');
  t.match(listed.out, /^(\d+ +evt_\d+ +webhook\.test +failed +1: .*\n){2}$/);
  const [, id, event] = /^(\d+) +(evt_\d+)/.exec(listed.out) ?? [];
  await chl('webhooks', 'on', 'desk');
  t.match(await chl('webhooks', 'replay', event ?? ''), { out: `Delivery ${id} is sent again.\n` });
  t.match(await chl('webhooks', 'replay', 'evt_9999999'), { code: 2, err: /No webhook has a delivery of/ });
  app.ops.exec(`UPDATE webhook SET is_on = 0, off_why = 'It answered 410.' WHERE name = 'desk'`);
  t.match(await chl('webhooks', 'list'), { out: /^desk +switched off .*\(It answered 410\.\)\n$/ });
  t.match(await chl('webhooks', 'remove', 'desk'), { code: 0, out: 'desk removed.\n' });
});
