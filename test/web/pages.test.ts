import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'node-html-parser';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { startFilled } from '../support/filled.ts';
import { card, jobRow, operationRow, textOf } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

t.test('the first page explains what this is, that the library is empty, and what to do', async (t) => {
  const app = await startApp(t);
  const { status, html } = await app.page('/operations');
  t.equal(status, 200);
  t.match(textOf(html, 'main'), /Localhost only/);
  t.match(textOf(html, card.banners), /The library is empty.*Import the starter library.*Set up my sheet/);
  t.ok(html.querySelector('#howto')?.hasAttribute('open'));
  t.match(textOf(html, card.workers), /No workers are registered.*npm run worker/);
  t.match(textOf(html, card.queue), /Nothing to embed/);
  t.match(textOf(html, card.index), /No index yet/);
  t.match(textOf(html, card.jobs), /No jobs yet/);
  t.match(textOf(html, operationRow('import')), /Not run yet.*Import…/);
  t.equal(html.querySelector('[aria-current="page"]')?.text, 'Operations');
});

t.test('hosts are permanent and contain no form field', async (t) => {
  const app = await startApp(t, noop);
  const { html } = await app.page('/operations');
  for (const host of Object.values(card)) {
    const node = html.querySelector(host);
    t.ok(node?.getAttribute('sse-swap'), host);
    t.match(node?.getAttribute('hx-swap'), /^morph:innerHTML$/);
    const fields = node?.querySelectorAll('input:not([type="hidden"]), select, textarea') ?? [];
    t.equal(fields.length, 0, `${host} contains no field to type in`);
  }
});

t.test('pages have no inline script or style', async (t) => {
  const app = await startApp(t, noop);
  await app.run('export');
  for (const address of ['/operations', '/jobs/1', '/library', '/ui/operations/import/confirm', '/nothing']) {
    const { html, text } = await app.page(address);
    t.equal(html.querySelectorAll('style, [style], [onclick], [onsubmit]').length, 0, address);
    t.ok(
      html.querySelectorAll('script').every((script) => script.getAttribute('src')?.startsWith('/assets/')),
      address,
    );
    t.notMatch(text, /https?:\/\/(?!127\.0\.0\.1|www\.w3\.org)/, `${address} loads nothing from other sites`);
  }
});

/** Words that a template shows when a value is missing. */
const gaps = /.{0,40}(\b(undefined|null|NaN|Infinity|Invalid Date)\b|\[object \w+\]).{0,40}/;

t.test('no page shows a missing value', async (t) => {
  const { app, addresses } = await startFilled(t);
  const lastRow = app.ops.prepare('SELECT max(id) FROM audit').pluck().get();
  t.ok(addresses.length > 30);
  for (const address of [...addresses, `/audit/${lastRow}`]) {
    const { html } = await app.page(address);
    t.equal(html.querySelector('[class*=undefined]')?.outerHTML, undefined, address);
    // The detail of an audit row is shown as it is stored.
    for (const node of html.querySelectorAll('script, pre.trace')) node.remove();
    const attributes = html.querySelectorAll('[href], [title], [aria-label], [placeholder]');
    const texts = attributes.flatMap((node) => Object.values(node.attributes));
    for (const text of [html.structuredText, ...texts]) t.equal(gaps.exec(text)?.[0], undefined, address);
  }
});

t.test('every link has a target, and every dialog is also a page', async (t) => {
  const app = await startApp(t, noop);
  await app.run('import');
  const open = ['/operations', '/library', '/jobs/1'];
  const seen = new Set<string>();
  for (let address = open.shift(); address; address = open.shift()) {
    if (seen.has(address)) continue;
    seen.add(address);
    const { status, html } = await app.page(address);
    t.equal(status, 200, address);
    const links = html
      .querySelectorAll('a[href^="/"], [hx-get]')
      .map((node) => node.getAttribute('href') ?? node.getAttribute('hx-get') ?? '');
    open.push(...links.map((link) => link.split('#')[0] ?? ''));
    const anchors = html.querySelector('main') ? html.querySelectorAll('a[href^="#"]') : [];
    for (const link of anchors) {
      const id = link.getAttribute('href') ?? '';
      t.ok(html.querySelector(id), `${address} has ${id}`);
    }
  }
  t.ok(seen.size > 10);
});

t.test('a job page shows state, arguments and reason; an unknown job has a 404 page', async (t) => {
  const app = await startApp(t, noop);
  await app.run('import');
  const { html } = await app.page('/jobs/1');
  t.match(textOf(html, 'h1'), 'Import spreadsheet #1');
  t.match(textOf(html, '#job-1-card'), /Done.*Noop mode: recorded, not run\..*Reason a test needs it/);
  const missing = await app.page('/jobs/99');
  t.equal(missing.status, 404);
  t.match(textOf(missing.html, 'main'), /There is no job "99"/);
});

t.test('the dashboard shows the newest ten jobs', async (t) => {
  const app = await startApp(t, noop);
  for (let turn = 0; turn < 12; turn += 1) await app.run('export');
  const { html } = await app.page('/operations');
  t.equal(html.querySelectorAll('#ops-jobs-card tbody').length, 10);
  t.ok(html.querySelector(jobRow(12)));
  t.equal(html.querySelector(jobRow(2)), null);
  t.match(textOf(html, card.jobs), /The newest 10.*All 12 jobs.*Done 12/);
});

t.test('the theme is kept in a cookie and rendered by the server', async (t) => {
  const app = await startApp(t, noop);
  const answer = await app.submit('/ui/theme', { theme: 'dark', back: '/library' });
  t.equal(answer.headers.get('location'), '/library');
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { html } = await app.page('/operations', { cookie });
  t.equal(html.querySelector('html')?.getAttribute('data-theme'), 'dark');
  for (const back of ['//evil.test', 'https://evil.test', '/\\evil.test', '']) {
    const elsewhere = await app.submit('/ui/theme', { theme: 'light', back });
    t.equal(elsewhere.headers.get('location'), '/operations', back);
  }
});

t.test('a theme change returns to a page of this site, and nowhere else', async (t) => {
  const app = await startApp(t, noop);
  for (const [back, location] of [
    ['/jobs/1?x=a b', '/jobs/1?x=a%20b'],
    ['/x\r\nSet-Cookie: a=b', '/operations'],
    ['/\t/evil.test', '/operations'],
    ['//evil.test', '/operations'],
    ['/\\evil.test', '/operations'],
    ['https://evil.test/', '/operations'],
    ['', '/operations'],
  ] as const) {
    const answer = await app.submit('/ui/theme', { theme: 'dark', back });
    t.equal(answer.status, 303);
    t.equal(answer.headers.get('location'), location, JSON.stringify(back));
  }
  const refused = await app.submit('/ui/operations/run/import', { mode: 'none' });
  const back = parse(await refused.text()).querySelector('[name="back"]');
  t.equal(back?.getAttribute('value'), '/operations', 'not to an address that accepts only POST');
});

t.test('the end of a job has a notice', async (t) => {
  const app = await startApp(t, noop);
  await app.run('export');
  t.match((await app.json('/ui/jobs/1/notice')).body, {
    tone: 'ok',
    title: /^Export library #1 is done after/,
    text: /Noop mode/,
  });
  t.equal((await app.page('/ui/jobs/2/notice')).status, 404);
});

t.test('each figure is a link whose text names what it counts', async (t) => {
  const app = await startApp(t);
  const { html } = await app.page('/operations');
  const links = html.querySelectorAll(`${card.figures} a`);
  t.ok(links.length >= 5);
  for (const { text } of links) t.match(text, /[a-z]{4}/, text);
});

t.test('user input is escaped', async (t) => {
  const app = await startApp(t, noop);
  const evil = '<img src=x onerror=alert(1)>';
  await app.json(
    '/api/v1/operations/import',
    { args: {}, reason: `${evil} reason`, confirm: 'import' },
    { 'x-actor': evil },
  );
  await app.whenJob(1);
  for (const address of [
    '/operations',
    '/jobs/1',
    `/library?q=${encodeURIComponent(evil)}`,
    `/${encodeURIComponent(evil)}`,
  ]) {
    const { html, text } = await app.page(address);
    t.equal(html.querySelectorAll('img').length, 0, address);
    t.notMatch(text, /<img src=x/, address);
  }
});

t.test('assets are cached for ever under an address that changes with their content', async (t) => {
  const app = await startApp(t, noop);
  const { html } = await app.page('/operations');
  const script = html.querySelector('script')?.getAttribute('src') ?? '';
  t.match(script, /^\/assets\/[0-9a-f]{8}\//);
  const answer = await fetch(app.origin + script, { headers: { 'accept-encoding': 'br' } });
  t.equal(answer.status, 200);
  t.match(answer.headers.get('cache-control'), /immutable/);
  t.equal(answer.headers.get('content-encoding'), 'br');
  const plain = await fetch(app.origin + script, { headers: { 'accept-encoding': 'identity' } });
  t.equal(plain.headers.get('content-encoding'), null);
  t.equal(await plain.text(), await answer.text());
  const other = await fetch(app.origin + script, { headers: { 'accept-encoding': 'br;q=0, gzip' } });
  t.equal(other.headers.get('content-encoding'), 'gzip', 'a refused encoding is not used');
  t.equal((await fetch(app.origin + script.replace(/[0-9a-f]{8}/, '00000000'))).status, 404);
  const missing = script.replace(/[^/]+$/, 'none.js');
  for (const method of ['GET', 'HEAD']) {
    const { status, headers } = await fetch(app.origin + missing, { method });
    t.same([status, headers.get('allow'), headers.get('cache-control')], [404, null, 'no-store'], method);
  }
  const posted = await fetch(app.origin + missing, { method: 'POST' });
  t.same([posted.status, posted.headers.get('allow')], [405, 'GET'], 'no file can be posted');
  for (const address of ['/assets/..%2fpackage.json', '/assets/%2e%2e/package.json', '/assets//etc/passwd']) {
    t.ok((await fetch(app.origin + address)).status >= 400, address);
  }
});

t.test('noop mode shows a banner, starts no process, and writes no file of the library', async (t) => {
  const app = await startApp(t, noop);
  const before = fs.readdirSync(path.join(app.root, 'sheets'));
  for (const operation of ['import', 'index', 'export']) await app.run(operation);
  const { html } = await app.page('/operations');
  t.match(textOf(html, card.banners), /Noop mode: no script runs/);
  t.strictSame(fs.readdirSync(path.join(app.root, 'sheets')), before);
  t.notOk(fs.existsSync(path.join(app.root, 'logs/1.log')), 'no script wrote a log');
  t.equal(app.parts.counts.totals().entries, 0);
  const children = `/proc/${process.pid}/task/${process.pid}/children`;
  if (fs.existsSync(children)) t.equal(fs.readFileSync(children, 'utf8').trim(), '');
});
