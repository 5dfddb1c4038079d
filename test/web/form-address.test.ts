// The address of a form is no page. A browser without JavaScript shows a refused form at it, and its reload, or the address
// sent to somebody else, leads to the page of the form.
import '../support/plain-children.ts';
import t from 'tap';
import { features } from '../../src/features.ts';
import { startApp } from '../support/app.ts';
import { collectRoutes } from '../support/routes.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const filled = (address: string) =>
  address
    .replace(/:number/, '7')
    .replace(/:id/, '3')
    .replace(/:\w+/, 'export');

t.test('a GET of the address of a form leads to a page', async (t) => {
  const routes = collectRoutes(t);
  const app = await startApp(t, noop);
  const forms = routes.filter(({ method, url }) => method === 'POST' && !url.startsWith('/api/'));
  t.ok(forms.length > 30);
  const headers = { accept: 'text/html' };
  const pages = routes
    .filter(({ method, config }) => method === 'GET' && config.isPage)
    .map(({ url }) => url);
  for (const { url, config } of forms) {
    const answer = await fetch(app.origin + filled(url), { headers, redirect: 'manual' });
    if (!config.page) {
      t.ok([200, 400, 404].includes(answer.status), `GET ${url} is a page itself: ${answer.status}`);
      continue;
    }
    t.ok([...pages, '/'].includes(config.page), `${url} leads to a page`);
    t.same([answer.status, answer.headers.get('location')], [303, filled(config.page)], url);
  }
});

t.test('a parameter leads to no other site, and a program is told that it must post', async (t) => {
  const app = await startApp(t, noop);
  const get = (address: string, headers = {}) =>
    fetch(app.origin + address, { headers: { accept: 'text/html', ...headers }, redirect: 'manual' });
  const answer = await get('/ui/sources/%2F..%2F%5Cevil.test/check?x=1');
  t.equal(answer.headers.get('location'), '/sources/%2F..%2F%5Cevil.test');
  for (const headers of [{ accept: '*/*' }, { accept: 'application/json' }, { 'hx-request': 'true' }]) {
    const { status, headers: answered } = await get('/ui/sources/import', headers);
    t.same([status, answered.get('allow')], [405, 'POST']);
  }
});

t.test('a form whose address leads nowhere keeps the server from starting', async (t) => {
  const action = { name: 'x.changed', role: 'operator', tier: 0, changes: 'jobs' } as const;
  const routes: (typeof features)[number]['routes'] = (app) =>
    void app.post('/ui/planted', { config: { action } }, async () => '');
  features.push({ name: 'planted', create: () => ({}), routes });
  try {
    await t.rejects(startApp(t, noop), {
      message:
        /The form of POST \/ui\/planted is on no page: declare `config.page`, or a GET of its address\./,
    });
  } finally {
    features.pop();
  }
});
