// The route inventory: released routes, the routes that features declare, and the interfaces of each operation.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { features } from '../../src/features.ts';
import { startApp } from '../support/app.ts';
import { collectRoutes } from '../support/routes.ts';
import { operationRow, textOf } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

/** Addresses used by pages, programs and bookmarks of version 0.1.0. */
const released = fs
  .readFileSync(path.join(packageRoot, 'test/fixtures/0.1.0/routes.txt'), 'utf8')
  .trim()
  .split('\n');

t.test('every route of version 0.1.0 still exists', async (t) => {
  const routes = collectRoutes(t);
  await startApp(t, noop);
  const names = routes.map(({ method, url }) => `${method} ${url.replace(/[0-9a-f]{8}/, ':hash')}`);
  t.ok(released.length > 60);
  t.same(
    released.filter((name) => !names.includes(name)),
    [],
  );
});

t.test('every page that other sites may link to is declared by its feature', async (t) => {
  const routes = collectRoutes(t);
  await startApp(t, noop);
  const linked = routes.filter(({ url, config }) => config.isPage && url !== '/' && !url.startsWith('/ui/'));
  const declared = features.flatMap(({ pages = [] }) => pages.map(({ path }) => path));
  t.same(linked.map(({ url }) => url).sort(), declared.sort());
});

t.test('openapi.json describes the purpose and the responses of every route', async (t) => {
  const routes = collectRoutes(t);
  const app = await startApp(t, noop);
  const { body } = await app.json('/api/v1/openapi.json');
  const described = Object.entries(body.paths).flatMap(([url, methods]) =>
    Object.entries(methods as Record<string, { summary?: string; responses: object }>).map(
      ([method, { summary, responses }]) => ({ name: `${method.toUpperCase()} ${url}`, summary, responses }),
    ),
  );
  const ofTheApi = routes.filter(({ url }) => /^\/(api\/|health$|livez$|metrics$|readyz$)/.test(url));
  t.ok(ofTheApi.length > 10);
  for (const { method, url, schema } of ofTheApi) t.ok(schema, `${method} ${url} has a schema`);
  t.strictSame(
    described.map(({ name }) => name.replace(/\{(\w+)\}/g, ':$1')).sort(),
    ofTheApi.map(({ method, url }) => `${method} ${url}`).sort(),
  );
  for (const { name, summary, responses } of described) {
    const [answered, ...refused] = Object.keys(responses).sort();
    t.match(summary, /^[A-Z].*\.$/, name);
    t.match(answered, /^20[0-24]$/, name);
    t.match(refused.at(-1), / \/(health|readyz)$/.test(name) ? '503' : '5XX', name);
  }
});

t.test('every operation of the catalogue has a card row, a dialog, a form and API routes', async (t) => {
  const app = await startApp(t, noop);
  const copy = 'library-20260101T000000.000Z-1.db';
  fs.writeFileSync(path.join(app.root, 'backups', copy), '');
  const { html } = await app.page('/operations');
  const { body } = await app.json('/api/v1/operations');
  const operations = app.parts.catalogue.all();
  t.ok(operations.length >= 3);
  for (const { name, title, confirmWord } of operations) {
    t.match(textOf(html, operationRow(name)), title, `${name}: card row`);
    t.ok(
      html.querySelector(`${operationRow(name)} a[href="/ui/operations/${name}/confirm"]`),
      `${name}: dialog link`,
    );
    t.equal((await app.page(`/ui/operations/${name}/confirm`)).status, 200, `${name}: dialog`);
    t.ok(
      body.items.some((item: { name: string }) => item.name === name),
      `${name}: API listing`,
    );
    const confirmed = { reason: 'inventory', confirm: confirmWord ?? '', when_locked: 'wait' };
    // The first job, the import, has changed nothing in noop mode, so its undo is refused.
    const needed: Record<string, Record<string, string>> = {
      undo: { job: '1' },
      restore: { backup: copy },
      remove: { source: 'published' },
    };
    const args = needed[name] ?? {};
    const [ofApi, ofPage] = name === 'undo' ? [409, 409] : [202, 303];
    const accepted = await app.json(`/api/v1/operations/${name}`, { args, ...confirmed });
    t.equal(accepted.status, ofApi, `${name}: API run`);
    const submitted = await app.submit(`/ui/operations/run/${name}`, { ...args, ...confirmed });
    t.equal(submitted.status, ofPage, `${name}: page run`);
  }
});
