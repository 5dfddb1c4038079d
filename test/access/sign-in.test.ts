// Signing in and out: the page, its cookie, and how long a session lasts.
import http from 'node:http';
import path from 'node:path';
import { parse } from 'node-html-parser';
import t from 'tap';
import { openDatabase } from '../../src/core/db/open.ts';
import { createAttempts } from '../../src/access/attempts.ts';
import { startApp } from '../support/app.ts';

const secret = 'canary-of-the-environment';
const hourMs = 3_600_000;

t.test('with a token in the environment', async (t) => {
  let ms = Date.parse('2026-11-29T12:00:00Z');
  const app = await startApp(t, {
    env: { CHL_ACCESS_TOKEN: secret, CHL_OPERATIONS_MODE: 'noop', CHL_ALLOWED_HOSTS: 'console.example' },
    now: () => new Date(ms),
  });
  const { port } = new URL(app.origin);
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(app.origin + path, { redirect: 'manual', headers });
  const signIn = (token: string, more: Record<string, string> = {}, headers: Record<string, string> = {}) =>
    app.submit('/sign-in', { token, ...more }, headers);
  const cookieOf = (answer: Response) =>
    answer.headers.getSetCookie().find((one) => one.startsWith('chl_session_')) ?? '';

  await t.test('whoever has no token gets the status, the assets and the page for signing in', async (t) => {
    t.same(await (await get('/health')).json(), { status: 'healthy' });
    t.equal((await get('/livez')).status, 200);
    const page = await app.page('/sign-in');
    t.equal(page.status, 200);
    t.equal(page.html.querySelector('nav'), null, 'no navigation');
    t.equal(page.html.querySelectorAll('form[action="/sign-in"] input[type=password]').length, 1);
    for (const link of page.html.querySelectorAll('link[rel=stylesheet], script[src]')) {
      const address = link.getAttribute('href') ?? link.getAttribute('src') ?? '';
      t.equal((await get(address)).status, 200, address);
    }
  });

  await t.test('everything else is refused in the form that the client expects', async (t) => {
    const json = await app.json('/api/v1/operations');
    t.equal(json.status, 401);
    t.equal(json.body.error.code, 'unauthorized');
    t.equal(json.headers.get('www-authenticate'), 'Bearer');
    const page = await get('/jobs?status=failed', { accept: 'text/html' });
    t.equal(page.status, 303);
    t.equal(page.headers.get('location'), '/sign-in?back=%2Fjobs%3Fstatus%3Dfailed');
    const dialog = await get('/ui/operations/import/confirm', {
      'hx-request': 'true',
      'hx-current-url': `${app.origin}/jobs/7`,
    });
    t.same([dialog.status, dialog.headers.get('hx-redirect')], [401, '/sign-in?back=%2Fjobs%2F7']);
    const card = await get('/ui/operations/queue', { 'hx-request': 'true' });
    t.same([card.status, card.headers.get('hx-redirect')], [401, null], 'a refresh leaves the page');
    for (const path of [
      '/nothing-here',
      '/api/v1/nothing',
      '/metrics',
      '/ui/stream/telemetry',
      '/api/v1/openapi.json',
    ])
      t.equal((await get(path)).status, 401, path);
  });

  await t.test('a form that is sent while signed out gives back what was typed', async (t) => {
    const typed = { 'retention.days': '60', reason: 'a "long" <text>' };
    const headers = { referer: `${app.origin}/settings/limits` };
    const answer = await app.submit('/ui/settings/limits', typed, headers);
    t.equal(answer.status, 401);
    const html = parse(await answer.text());
    t.match(html.querySelector('main')?.text, 'Nothing was saved. This page keeps what you have typed.');
    const form = html.querySelector('main form');
    t.equal(form?.getAttribute('action'), '/ui/settings/limits');
    const fields = form?.querySelectorAll('input') ?? [];
    t.same(Object.fromEntries(fields.map(({ attributes: { name, value } }) => [name, value])), typed);
    const link = html.querySelector('main a[target="_blank"]');
    t.equal(link?.getAttribute('href'), '/sign-in?back=%2Fsettings%2Flimits');

    const files = new FormData();
    files.set('file', new File(['{}'], 'chl.json'));
    const upload = await fetch(`${app.origin}/ui/settings/import`, {
      method: 'POST',
      body: files,
      headers: { accept: 'text/html' },
    });
    t.match([upload.status, await upload.text()], [401, /Nothing was saved\..*then send it again/s]);
  });

  await t.test('a form of a page with JavaScript stays, and its note leads to another tab', async (t) => {
    const headers = { 'hx-request': 'true', 'hx-current-url': `${app.origin}/settings/embedder` };
    const answer = await app.submit('/ui/embedder/save', { kind: 'service', url: 'x', model: 'm' }, headers);
    t.equal(answer.status, 401);
    t.equal(answer.headers.get('hx-redirect'), null);
    t.equal(answer.headers.get('hx-retarget'), '#note');
    const html = parse(await answer.text());
    t.match(html.text, /nothing was saved/);
    t.equal(
      html.querySelector('a[target="_blank"]')?.getAttribute('href'),
      '/sign-in?back=%2Fsettings%2Fembedder',
    );
  });

  await t.test('the page for signing in has the whole command for this server', async (t) => {
    const { html } = await app.page('/sign-in');
    const command = html.querySelector('#no-token code')?.text ?? '';
    t.match(command, `CHL_EXPERIENCE_ROOT=${app.root} npm --prefix `);
    t.match(command, 'run chl -- token create --name NAME --role admin');
  });

  await t.test(
    'a right token opens a session and leads back; the cookie is only for this server',
    async (t) => {
      const answer = await signIn(` ${secret} `, { back: '/jobs?status=failed' });
      t.same([answer.status, answer.headers.get('location')], [303, '/jobs?status=failed']);
      const cookie = cookieOf(answer);
      t.match(
        cookie,
        new RegExp(`^chl_session_${port}=chs_[\\w-]{43}; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax$`),
      );
      const headers = { cookie: cookie.split(';')[0] ?? '', accept: 'text/html' };
      const page = await app.page('/operations', headers);
      t.equal(page.status, 200);
      t.match(page.html.querySelector('.who')?.textContent, /environment\s*admin/);
      t.ok(page.html.querySelector('.who form[action="/sign-out"]'));
      t.equal((await app.json('/health', undefined, headers)).body.mode, 'noop', 'health says all');

      const out = await app.submit('/sign-out', {}, headers);
      t.same([out.status, out.headers.get('location')], [303, '/sign-in']);
      t.match(cookieOf(out), /Expires=Thu, 01 Jan 1970/);
      t.equal((await get('/operations', headers)).status, 303, 'the session is over');
    },
  );

  await t.test('a session ends 12 hours after its last use, or 7 days after it was opened', async (t) => {
    const open = async () => ({ cookie: cookieOf(await signIn(secret)).split(';')[0] ?? '' });
    const idle = await open();
    ms += 11.9 * hourMs;
    t.equal((await get('/jobs', idle)).status, 200);
    await new Promise((resolve) => setImmediate(resolve));
    ms += 11.9 * hourMs;
    t.equal((await get('/jobs', idle)).status, 200, 'its use counts');
    await new Promise((resolve) => setImmediate(resolve));
    ms += 12 * hourMs;
    t.equal((await get('/jobs', idle)).status, 303);
    const busy = await open();
    for (let hours = 11; hours <= 165; hours += 11) {
      ms += 11 * hourMs;
      t.equal((await get('/jobs', busy)).status, 200, `${hours} h`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    ms += 3 * hourMs;
    t.equal((await get('/jobs', busy)).status, 303, '168 h');
    await open();
    t.equal(app.ops.prepare('SELECT count(*) FROM session').pluck().get(), 1, 'old rows are removed');
  });

  await t.test(
    'after five wrong tokens a minute further wrong ones get 429, and a right one passes',
    async (t) => {
      ms += hourMs;
      for (let turn = 1; turn <= 5; turn += 1) {
        const answer = await signIn(`wrong ${turn}`);
        t.equal(answer.status, 401);
        if (turn === 1) t.match(await answer.text(), /This token is not known, or it was revoked\./);
      }
      const sixth = await signIn('wrong again');
      t.same([sixth.status, sixth.headers.get('retry-after')], [429, '60']);
      t.match(await sixth.text(), /Too many wrong tokens\. Try again in 60 s\./);
      const bearer = await app.json('/api/v1/operations', undefined, { authorization: 'Bearer wrong' });
      t.same([bearer.status, bearer.body.error.code], [429, 'too_many_attempts']);
      t.equal(bearer.headers.get('retry-after'), '60');
      t.equal((await get('/jobs', { authorization: `Bearer ${secret}` })).status, 200);
      t.equal((await signIn(secret)).status, 303);
      ms += 60_000;
      t.equal((await signIn('wrong')).status, 401, 'a minute later');
    },
  );

  await t.test('the token of the environment cannot be revoked here', async (t) => {
    const headers = { authorization: `Bearer ${secret}` };
    const answer = await fetch(`${app.origin}/api/v1/tokens/environment`, { method: 'DELETE', headers });
    t.equal(answer.status, 409);
    const message = /Token environment is set by CHL_ACCESS_TOKEN in the environment\. Change it there/;
    t.match(await answer.json(), {
      error: { code: 'set_by_environment', message, details: { variable: 'CHL_ACCESS_TOKEN' } },
    });
    const path = '/ui/access/tokens/environment/revoke';
    for (const page of [await app.page(path, headers), await app.submit(path, {}, headers)])
      t.equal(page.status, 409);
    const row = app.ops.prepare('SELECT event, target, outcome FROM audit ORDER BY id DESC').get();
    t.match(row, { event: 'access.token_revoked', target: 'token:environment', outcome: 'refused' });
    t.equal((await get('/jobs', headers)).status, 200);
  });

  await t.test('a busy database fails no request', async (t) => {
    const cookie = cookieOf(await signIn(secret)).split(';')[0] ?? '';
    const writer = openDatabase(path.join(app.root, 'ops.db'), { busyMs: 1000 });
    writer.exec('BEGIN IMMEDIATE');
    ms += 120_000;
    for (let turn = 0; turn < 3; turn += 1) t.equal((await get('/jobs', { cookie })).status, 200);
    await new Promise((resolve) => setImmediate(resolve));
    writer.exec('ROLLBACK');
    writer.close();
  });

  await t.test('the cookie is secure on a page with https', async (t) => {
    const headers = {
      host: 'console.example',
      origin: 'https://console.example',
      'content-type': 'application/x-www-form-urlencoded',
    };
    const cookie = await new Promise<string>((resolve, reject) => {
      const request = http.request(`${app.origin}/sign-in`, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(String(answer.headers['set-cookie']));
      });
      request.on('error', reject).end(`token=${secret}`);
    });
    t.match(cookie, /^chl_session_\d+=.*; Secure/);
  });
});

t.test(
  'a thousand peers are known at a time: the one whose failure is the longest ago is forgotten',
  async (t) => {
    const attempts = createAttempts(() => new Date('2026-11-29T12:00:00Z'));
    const fail = (peer: string) => attempts.fail(peer).code;
    for (let turn = 0; turn < 5; turn += 1) for (const peer of ['first', 'second']) fail(peer);
    for (let turn = 0; turn < 999; turn += 1) fail(`other ${turn}`);
    t.equal(fail('second'), 'too_many_attempts');
    t.equal(fail('first'), 'unauthorized', 'it is forgotten');
  },
);
