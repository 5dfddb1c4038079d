// Reads without a token, and with one of each role; no answer contains a secret.
import t from 'tap';
import { type Role, roles } from '../../src/core/role.ts';
import { startApp } from '../support/app.ts';
import { collectRoutes } from '../support/routes.ts';
import { textOf } from '../support/screen.ts';

const secret = 'canary-of-the-environment';

t.test('every route that reads answers each role as declared, without a secret', async (t) => {
  const routes = collectRoutes(t);
  const app = await startApp(t, { env: { CHL_ACCESS_TOKEN: secret, CHL_OPERATIONS_MODE: 'noop' } });
  const admin = { authorization: `Bearer ${secret}` };
  const secrets = [secret];
  const headersOf = new Map<Role | 'nobody', Record<string, string>>([['nobody', {}]]);
  for (const role of roles) {
    const { body } = await app.json('/api/v1/tokens', { name: `a ${role}`, role }, admin);
    secrets.push(body.token);
    headersOf.set(role, { authorization: `Bearer ${body.token}` });
  }
  const reading = routes.filter(({ method }) => method === 'GET');
  t.ok(reading.length > 60, `${reading.length} routes`);
  for (const { url, config } of reading) {
    const needs = url.startsWith('/assets/') ? 'anyone' : (config.reads ?? 'viewer');
    const address = `${app.origin}${url.replace(/:\w+/g, '99').replace('*', 'app.css')}?cycles=1`;
    for (const [role, headers] of headersOf) {
      const answer = await fetch(address, { redirect: 'manual', headers });
      const text = await answer.text();
      const name = `${role}: GET ${url}`;
      if (needs === 'anyone') t.notOk([401, 403].includes(answer.status), name);
      else if (role === 'nobody') t.equal(answer.status, config.isPage ? 303 : 401, name);
      else if (roles.indexOf(role) < roles.indexOf(needs)) t.equal(answer.status, 403, name);
      else t.notOk([401, 403].includes(answer.status), `${name}: ${answer.status}`);
      if (secrets.some((one) => text.includes(one))) t.fail(`${name} has a secret`);
    }
  }
  t.equal((await fetch(`${app.origin}/nothing`)).status, 401, 'an unknown address too');

  await t.test('the page of an error names its reader with their role', async (t) => {
    for (const [address, status] of [
      ['/settings/access', 403],
      ['/nothing', 404],
      ['/api/v1/checks/run', 405],
    ] as const) {
      const page = await app.page(address, { ...headersOf.get('viewer'), accept: 'text/html' });
      t.equal(page.status, status, address);
      t.match(textOf(page.html, '.who'), /a viewer\s*viewer/, address);
      t.ok(page.html.querySelector('nav.tabs'), address);
    }
    const foreign = await app.page('/operations', { 'sec-fetch-site': 'cross-site', accept: 'text/html' });
    t.equal(foreign.status, 403);
    t.notOk(foreign.html.querySelector('nav'), 'one who is not known gets no navigation with its counts');
  });
});
