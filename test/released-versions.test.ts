// The data root of every released version opens in this version, with all its data. The fixtures are never edited.
import fs from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import t, { type Test } from 'tap';
import { packageRoot, readConfig } from '../src/core/config.ts';
import { connect } from '../src/core/db/driver.ts';
import { startApp, type TestApp } from './support/app.ts';
import { makeFolder } from './support/folder.ts';

/** The content of `test/fixtures/<version>.json`, about the data root beside it. */
type Expected = {
  takenAt: string;
  settings: Record<string, number>;
  jobs: string[];
  waiting: { number: number; operation: string; result: object };
  log: { job: number; text: string };
  invalidRow: { job: number; ref: string };
  entries: { experiences: number; manuals: number };
  search: { query: string; hit: { entity_id: string; title: string } };
  sheetRows: number;
  customOperations: string[];
};

const fixtures = path.join(packageRoot, 'test/fixtures');
const versions = fs.readdirSync(fixtures).filter((name) => /^\d+\.\d+\.\d+$/.test(name));

t.ok(versions.includes('0.1.0'), 'the fixture of 0.1.0 exists');
for (const version of versions) t.test(`the data of ${version} opens completely`, testVersion(version));

function testVersion(version: string) {
  const expected: Expected = JSON.parse(fs.readFileSync(path.join(fixtures, `${version}.json`), 'utf8'));
  return async (t: Test) => {
    const root = makeFolder(t);
    fs.cpSync(path.join(fixtures, version), root, { recursive: true });
    const settings = parseEnv(fs.readFileSync(path.join(root, '.env'), 'utf8'));
    t.test('its settings are known and have the same meaning', async (t) => {
      const config = readConfig(settings, root);
      t.same(config.warnings, []);
      t.match(config, { root, ...expected.settings });
    });
    const env = { ...settings, CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0', CHL_WORKERS: '0' };
    // With today's clock, retention would one day remove the jobs of the fixture.
    const app = await startApp(t, { root, env, now: () => new Date(expected.takenAt) });

    t.test('all migrations are applied, and released ones are unchanged', async (t) =>
      testMigrations(t, root),
    );
    t.test('its jobs, logs and rows are kept', (t) => testJobs(t, app, expected));
    t.test('its custom operations are listed, and a waiting job runs', (t) =>
      testWaitingJob(t, app, expected),
    );
    t.test('its library is embedded and indexed, and a search finds a known entry', (t) =>
      testIndex(t, app, expected),
    );
    t.test('an import of its own sheet changes nothing', async (t) => {
      const { status, result } = await app.run('import', { dry_run: true });
      t.equal(status, 'succeeded');
      t.match(result, { unchanged: expected.sheetRows, added: 0, changed: 0, removed: 0, invalid: 0 });
    });
    t.test('its audit log is sealed, and verified with what this version has added', async (t) => {
      const { status, result } = await app.run('audit-check');
      t.equal(status, 'succeeded');
      t.ok(Number(result?.sealed) > 0);
      t.ok(Number(result?.rows) > Number(result?.sealed) + 1);
    });
    t.test('its pages load', async (t) => {
      for (const address of ['/operations', '/jobs', `/jobs/${expected.log.job}`, '/library']) {
        t.equal((await app.page(address)).status, 200, address);
      }
    });
  };
}

function testMigrations(t: Test, root: string) {
  for (const [name, file] of [
    ['ops', 'ops.db'],
    ['library', 'chl.db'],
  ] as const) {
    const db = connect(path.join(root, file), { readonly: true });
    const migrations = readMigrationFiles({ migrationsFolder: path.join(packageRoot, 'migrations', name) });
    t.same(
      db.prepare('SELECT hash, created_at FROM ops_migration ORDER BY created_at').all(),
      migrations.map(({ hash, folderMillis }) => ({ hash, created_at: folderMillis })),
      `${file} has each migration of this version, as it is in the repository`,
    );
    t.equal(db.pragma('integrity_check', { simple: true }), 'ok');
    t.same(db.pragma('foreign_key_check'), []);
    db.close();
  }
}

async function testJobs(t: Test, app: TestApp, { jobs, log, invalidRow, waiting }: Expected) {
  const { body } = await app.json('/api/v1/operations/jobs?limit=200');
  const listed: { number: number; operation: string; status: string }[] = body.items.reverse();
  t.same(
    listed
      .filter(({ number }) => number < waiting.number)
      .map(({ number, operation, status }) => `${number} ${operation} ${status}`),
    jobs,
  );
  const answer = await fetch(`${app.origin}/api/v1/operations/jobs/${log.job}/log`);
  t.ok((await answer.text()).includes(log.text));
  const rows = await app.json(`/api/v1/operations/jobs/${invalidRow.job}/rows`);
  t.match(rows.body.items, [{ ref: invalidRow.ref, outcome: 'invalid' }]);
}

async function testWaitingJob(t: Test, app: TestApp, { waiting, customOperations }: Expected) {
  const { body } = await app.json('/api/v1/operations');
  const names = body.items.map(({ name }: { name: string }) => name);
  t.same(names.slice(-customOperations.length), customOperations);
  t.match(await app.whenJob(waiting.number), { ...waiting, status: 'succeeded' });
}

async function testIndex(t: Test, app: TestApp, { entries, search }: Expected) {
  const total = entries.experiences + entries.manuals;
  for (const [kind, count] of [
    ['experience', entries.experiences],
    ['manual', entries.manuals],
  ] as const) {
    const { body } = await app.json(`/api/v1/entries?kind=${kind}&limit=200`);
    t.equal(body.items.length, count, kind);
  }
  const { body } = await app.json('/api/v1/index');
  t.match(body, { entries: total, fresh: total, stale: 0, missing: 0, failed: 0, orphans: 0 });
  const found = await app.json(`/api/v1/search?q=${encodeURIComponent(search.query)}`);
  t.match(found.body.hits[0], search.hit);
}
