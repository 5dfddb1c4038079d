// /settings/access: creating tokens, the first of which closes everything, and revoking them.
import { parse } from 'node-html-parser';
import t from 'tap';
import { access } from '../../src/access/feature.ts';
import { systemRequester } from '../../src/core/audit.ts';
import { startApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

t.test('the page of tokens', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const html = { accept: 'text/html' };
  const page = (headers = {}) => app.page('/settings/access', headers);

  await t.test('without a token everything is open, and the pages say so', async (t) => {
    t.match(textOf((await page()).html, 'main'), /Everything is open on this machine: no token\./);
    const { html } = await app.page('/operations');
    t.match(textOf(html, '.page-head'), /Localhost only\. Everybody on this machine is admin as \S+;/);
    t.ok(html.querySelector('.page-head a[href="/settings/access"]'));
    t.notOk(html.querySelector('.who'), 'nobody is signed in');
    const { body } = await app.json('/api/v1/tokens');
    t.same(body, { items: [], next_cursor: null });
  });

  await t.test('a name that cannot be used comes back with its problem', async (t) => {
    const answer = await app.submit('/ui/access/tokens', {
      name: 'Environment',
      role: 'viewer',
      expires: '30d',
    });
    t.equal(answer.status, 422);
    const text = await answer.text();
    t.match(text, /The name Environment is reserved/);
    t.match(text, /value="30d" selected/);
    const other = await app.submit('/ui/access/tokens', { name: 'x', role: 'chief', expires: '0d' });
    const form = parse(await other.text());
    t.match(textOf(form, '#token-role-problem'), 'Choose a role: viewer, operator, admin.');
    t.match(textOf(form, '#token-expires-problem'), 'The end has passed already.');
    t.equal(form.querySelectorAll('[aria-invalid]').length, 2);
    for (const name of ['', 'ä', 'x'.repeat(41), '..', 'system'])
      t.equal((await app.json('/api/v1/tokens', { name, role: 'viewer' })).status, 422, name);
  });

  await t.test('the first admin token is shown, although its browser cannot be signed in', async (t) => {
    const { signIn, tokens } = app.use(access);
    const { openFor } = signIn;
    signIn.openFor = () => Promise.reject(new Error('for this test'));
    const answer = await app.submit('/ui/access/tokens', { name: 'early', role: 'admin', expires: '' });
    signIn.openFor = openFor;
    t.equal(answer.status, 200);
    t.equal(sessionOf(answer), '');
    const { text } = parse(await answer.text());
    t.match(text, /chl_[\w-]{43}/);
    t.match(text, /needs a token\. Sign in with this one\./);
    await tokens.revoke('early', { reason: 'because', confirm: 'open' }, systemRequester);
  });

  let session = '';
  let screenToken = '';
  let token = '';
  await t.test('the first admin token is shown once, and signs its browser in', async (t) => {
    const answer = await app.submit('/ui/access/tokens', { name: 'main', role: 'admin', expires: '' });
    t.equal(answer.status, 200);
    t.equal(answer.headers.get('cache-control'), 'no-store');
    const text = await answer.text();
    token = /chl_[\w-]{43}/.exec(text)?.[0] ?? '';
    t.ok(token);
    t.match(text, /This browser is signed in/);
    const used = app.ops.prepare("SELECT last_used_at FROM access_token WHERE name = 'main'").pluck().get();
    t.type(used, 'string', 'its session is a use');
    session = sessionOf(answer);
    t.notMatch(answer.headers.getSetCookie().join(), token);
    t.equal((await fetch(`${app.origin}/operations`, { redirect: 'manual', headers: html })).status, 303);
    const again = await page({ cookie: session });
    t.equal(again.status, 200);
    t.notMatch(again.text, token);
    t.match(textOf(again.html, '.who'), /main\s*admin/);
    t.match(textOf(again.html, '#access-card'), /1 in use, 1 revoked.*main\s*chl_.{4}….*admin/s);
    t.match(
      textOf((await app.page('/operations', { cookie: session })).html, '.page-head'),
      /Every page needs a token/,
    );
  });
  const signedIn = () => ({ cookie: session });

  await t.test('a viewer sees neither the page nor the tokens', async (t) => {
    const { body } = await app.json(
      '/api/v1/tokens',
      { name: 'screen', role: 'viewer', expires_at: '2999-01-01' },
      signedIn(),
    );
    t.match(body, { name: 'screen', role: 'viewer', expires_at: '2999-01-01T00:00:00.000Z', token: /^chl_/ });
    screenToken = body.token;
    const authorization = `Bearer ${screenToken}`;
    for (const path of [
      '/settings/access',
      '/api/v1/tokens',
      '/ui/access/card',
      '/ui/access/tokens/main/revoke',
    ])
      t.equal((await app.page(path, { authorization })).status, 403, path);
  });

  await t.test('the controls of two tokens have different ids', async (t) => {
    for (const name of ['a b', 'a-b'])
      t.equal((await app.json('/api/v1/tokens', { name, role: 'viewer' }, signedIn())).status, 201);
    const { html } = await page(signedIn());
    const ids = html.querySelectorAll('#access-card [id^="revoke-"]').map(({ id }) => id);
    t.same(ids.length, 4);
    t.equal(new Set(ids).size, ids.length);
    for (const name of ['a b', 'a-b']) await app.use(access).tokens.revoke(name, {}, systemRequester);
  });

  await t.test('a token is revoked in a dialog, and its sessions end', async (t) => {
    const screen = await app.submit('/sign-in', { token: screenToken });
    const ended = sessionOf(screen);
    t.equal((await app.page('/jobs', { cookie: ended })).html.querySelector('h1')?.text, 'Jobs');
    const dialog = await app.page('/ui/access/tokens/screen/revoke', signedIn());
    t.match(textOf(dialog.html, 'main'), /Revoke token “screen”\?/);
    t.notOk(dialog.html.querySelector('#reason'), 'no reason is asked for');
    const answer = await app.submit('/ui/access/tokens/screen/revoke', {}, signedIn());
    t.same([answer.status, answer.headers.get('location')], [303, '/settings/access']);
    t.match(textOf((await page(signedIn())).html, '#access-card'), /4 revoked tokens/);
    const gone = await app.submit('/ui/access/tokens/screen/revoke', {}, signedIn());
    t.equal(gone.status, 409, 'once');
    t.equal((await app.submit('/ui/access/tokens/nobody/revoke', {}, signedIn())).status, 404);
    const { body } = await app.json('/api/v1/tokens', { name: 'screen', role: 'viewer' }, signedIn());
    t.equal(body.role, 'viewer', 'its name is free again');
    t.equal(
      (await app.page('/jobs', { cookie: ended })).html.querySelector('h1')?.text,
      'Sign in to CHL Operations',
      'its sessions stay ended',
    );
  });

  await t.test('the last admin token needs a reason and the word, and opens everything', async (t) => {
    const path = '/ui/access/tokens/main/revoke';
    t.match(
      textOf((await app.page(path, signedIn())).html, 'main'),
      /everything becomes open to everybody on this machine/,
    );
    const refused = await app.submit(path, { reason: 'because', confirm: 'main' }, signedIn());
    t.equal(refused.status, 422);
    t.match(await refused.text(), /value="because".*Type open to confirm/s);
    t.equal((await app.submit(path, { reason: 'because', confirm: 'open' }, signedIn())).status, 303);
    t.match(
      textOf((await page()).html, '#access-card'),
      /Everything is open on this machine: no admin token\./,
    );
  });

  await t.test('the audit log has each change, with secrets as set', async (t) => {
    const rows = app.ops
      .prepare(
        "SELECT event, outcome, target, reason, detail FROM audit WHERE event LIKE 'access.%' ORDER BY id",
      )
      .all() as { event: string; outcome: string; target: string; detail: string }[];
    t.match(
      rows.filter(({ outcome }) => outcome === 'ok').map(({ event, target }) => `${event} ${target}`),
      [
        'access.token_created token:early',
        'access.token_revoked token:early',
        'access.token_created token:main',
        'access.sign_in token:main',
        'access.token_created token:screen',
        'access.token_created token:a b',
        'access.token_created token:a-b',
        'access.token_revoked token:a b',
        'access.token_revoked token:a-b',
        'access.sign_in token:screen',
        'access.token_revoked token:screen',
        'access.token_created token:screen',
        'access.token_revoked token:main',
      ],
    );
    const detailOf = (wanted: string) =>
      JSON.parse(rows.find(({ event, outcome }) => event === wanted && outcome === 'ok')?.detail ?? 'null');
    t.match(detailOf('access.token_created'), { before: null, after: { token: 'set' } });
    t.match(detailOf('access.token_revoked'), { before: { token: 'set' }, after: { token: 'not set' } });
    t.notMatch(JSON.stringify(rows), token);
    const files =
      JSON.stringify(app.ops.prepare('SELECT * FROM access_token').all()) +
      JSON.stringify(app.ops.prepare('SELECT * FROM session').all());
    t.notMatch(files, token);
    t.notMatch(files, session.split('=')[1] ?? '');
  });
});

/** The cookie of the session that an answer opens. */
function sessionOf({ headers }: Response): string {
  return (headers.getSetCookie().find((one) => one.startsWith('chl_session_')) ?? '').split(';')[0] ?? '';
}
