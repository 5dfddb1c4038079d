// Addresses whose numbers are written in other ways than by digits.
import '../support/plain-children.ts';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { addRow } from '../support/audit.ts';
import { collectRoutes } from '../support/routes.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

t.test('an address takes its number in digits only', async (t) => {
  const routes = collectRoutes(t);
  const app = await startApp(t, noop);
  const window = await app.json('/api/v1/maintenance', { level: 'announce', reason: 'the disk is moved' });
  t.equal(window.status, 201);
  addRow(app, { event: 'jobs.bulk' });
  const numbered = routes.filter(
    ({ url, method }) =>
      /\/:(id|number)(\/|$)/.test(url) && method !== 'OPTIONS' && !/library|entries|sheets/.test(url),
  );
  const query = (url: string) => (/^\/api\/v1\/plans\/.*rows$/.test(url) ? '?outcome=added' : '');
  t.ok(numbered.length > 20);
  for (const written of ['0x1', '1e0', '1.0', '+1', '-1', '%201', 'true'])
    for (const { method, url } of numbered) {
      const answer = await fetch(`${app.origin}${url.replace(/:(id|number)/, written)}${query(url)}`, {
        method,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        ...(method === 'GET' || method === 'HEAD' ? {} : { body: '{}' }),
      });
      t.equal(answer.status, 404, `${method} ${url} ${written}`);
    }
  t.match((await app.json('/api/v1/maintenance/1')).body, { state: 'active' });
  t.match((await app.json('/api/v1/audit/1')).status, 200);
});
