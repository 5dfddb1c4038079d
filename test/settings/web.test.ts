// The settings in the API and on the pages: who may change them, what is locked, faults in the form, export and import.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type HTMLElement, parse } from 'node-html-parser';
import t from 'tap';
import { readConfig } from '../../src/core/config.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { googleSettings } from '../support/google.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

const env = { CHL_OPERATIONS_MODE: 'noop', CHL_MAX_RUNNING_JOBS: '3' };
const json = { 'content-type': 'application/json' };

async function put(app: TestApp, values: Record<string, unknown>, headers = {}) {
  const body = JSON.stringify({ values });
  const answer = await fetch(`${app.origin}/api/v1/settings/values`, {
    method: 'PUT',
    body,
    headers: { ...json, ...headers },
  });
  return { status: answer.status, body: (await answer.json()) as any };
}

async function readValue(app: TestApp, key: string) {
  const { body } = await app.json('/api/v1/settings/values');
  return body.items.find((one: { key: string }) => one.key === key);
}

/** The form of limits: for each setting, its field as it was shown and as it was typed. */
function fieldsOf(typed: Record<string, [was: string, now: string]>): Record<string, string> {
  const pairs = Object.entries(typed).flatMap(([key, [was, now]]) => [
    [key, now],
    [`was:${key}`, was],
  ]);
  return Object.fromEntries(pairs);
}

/** Its title has a colon. */
const operations =
  'operations:\n  - { name: sync, title: "Sync: night", summary: Syncs., command: ["true"] }\n';

t.test('settings of a running server', async (t) => {
  const root = makeFolder(t, { 'operations.yaml': operations });
  fs.chmodSync(path.join(root, 'operations.yaml'), 0o600);
  const google = googleSettings(t, 'http://127.0.0.1:2/');
  const app = await startWithRoles(t, (t) => startApp(t, { root, env: { ...env, ...google } }));

  let undo: HTMLElement | null = null;

  await t.test('everybody reads them, an admin changes them', async (t) => {
    for (const role of ['viewer', 'operator'] as const) {
      const { status, body } = await put(app, { 'retention.days': 7 }, as(role));
      t.equal(status, 403);
      t.equal(body.error.code, 'forbidden');
      const { html, status: shown } = await app.page('/settings/limits', as(role));
      t.equal(shown, 200);
      const why = `Needs an admin; you are ${role === 'viewer' ? 'a viewer' : 'an operator'}.`;
      t.match(html.querySelector('main .lacks [data-lack=admin]')?.text, why);
      t.ok(html.querySelectorAll('form#limits input.input').every((field) => field.hasAttribute('readonly')));
      t.equal(html.querySelector('.actionbar button')?.getAttribute('aria-disabled'), 'true');
    }
    const { status, body } = await put(app, { 'retention.days': 7 }, as('admin'));
    t.equal(status, 200);
    t.match(body.items, [{ key: 'retention.days', value: 7, source: 'saved', changed_by: 'admin' }]);
    t.equal(app.config.retentionDays, 7);
  });

  await t.test('a pipe in place of a key file keeps nobody waiting', async (t) => {
    const file = google.CHL_GOOGLE_KEY_FILE ?? '';
    fs.renameSync(file, `${file}.away`);
    execFileSync('mkfifo', ['-m', '600', file]);
    t.match(await readValue(app, 'google.key_file'), { secret: { is_set: true, sha256: null } });
    fs.renameSync(`${file}.away`, file);
  });

  await t.test('only an admin reads which files hold keys', async (t) => {
    const file = google.CHL_GOOGLE_KEY_FILE ?? '';
    const hidden = { is_set: true, file: null, sha256: null };
    for (const role of ['viewer', 'operator'] as const) {
      const { body } = await app.json('/api/v1/settings/values', undefined, as(role));
      const found = body.items.find(({ key }: { key: string }) => key === 'google.key_file');
      t.same(found.secret, hidden);
      t.notMatch((await app.page('/settings/values?q=google.key', as(role))).text, path.basename(file));
    }
    t.match(await readValue(app, 'google.key_file'), { secret: { file, sha256: /^[0-9a-f]{8}$/ } });
    t.match((await app.page('/settings/values?q=google.key')).text, path.basename(file));
  });

  await t.test('each value that can be saved has a field, with a title of its own', async (t) => {
    const { html } = await app.page('/settings/limits');
    t.equal(html.querySelector('#set-operator-name')?.getAttribute('name'), 'operator.name');
    const row = html.querySelector('#set-limits-sync-hard_sec')?.closest('fieldset');
    t.equal(row?.querySelector('legend')?.text, 'Sync: night');
    t.equal(row?.querySelector('label[for="set-limits-sync-hard_sec"]')?.text, 'Stopped after');
  });

  await t.test('a setting says when a change takes effect, where its group does not', async (t) => {
    for (const [key, effect] of [
      ['embedding.workers', 'A change needs a restart of the server.'],
      ['operations.process_tracking', 'A change needs a restart of the server.'],
      ['live.telemetry_interval_sec', 'A change needs a restart of the server.'],
      ['live.log_level', 'A change counts at once.'],
      ['operations.kill_grace_sec', 'Read at the next job.'],
    ] as const) {
      t.match(await readValue(app, key), { effect });
      const { html } = await app.page(`/settings/values?q=${key}`);
      t.match(textOf(html, 'main'), effect.replace(/\.$/, ''));
    }
  });

  await t.test('what the environment sets is locked on the page, and 409 in the API', async (t) => {
    const { status, body } = await put(app, { 'operations.max_running': 5 }, as('admin'));
    t.equal(status, 409);
    t.match(body.error, { code: 'set_by_environment', details: { variable: 'CHL_MAX_RUNNING_JOBS' } });
    const { html } = await app.page('/settings/limits');
    const field = html.querySelector('#set-operations-max_running');
    t.ok(field?.hasAttribute('readonly'));
    t.match(
      field?.closest('.set')?.querySelector('.from')?.text,
      'Set by CHL_MAX_RUNNING_JOBS in the environment. Change it there and restart the server.',
    );
  });

  await t.test('the form shows all faults at once, with what was typed, and saves nothing', async (t) => {
    const form = fieldsOf({
      'retention.days': ['7', '0'],
      'retention.jobs': ['1000000', 'many'],
      'operations.kill_grace_sec': ['5', '9'],
      'limits.import.soft_sec': ['', '5000'],
    });
    const answer = await app.submit('/ui/settings/limits', form);
    t.equal(answer.status, 422);
    const text = await answer.text();
    t.match(text, '3 values');
    t.match(text, 'href="#set-retention-days"');
    t.match(text, '0 is below the minimum, 1.');
    t.match(text, 'Write a whole number from 100 to 100,000,000.');
    t.match(text, 'value="many"');
    t.match(text, 'The warning must come before the end');
    const html = parse(text);
    t.ok(html.querySelector('.callout.bad')?.hasAttribute('autofocus'), 'the focus goes to the faults');
    t.equal(
      html.querySelector('[data-theme-switch] [name="back"]')?.getAttribute('value'),
      '/settings/limits',
      'test/web/form-address.test.ts reloads it',
    );
    t.equal(app.config.killGraceMs, 1000);
  });

  await t.test('the form saves only what was changed; an empty field goes back to the default', async (t) => {
    const form = fieldsOf({
      'retention.days': ['7', ''],
      'retention.jobs': ['1000000', '2,000'],
      'operations.timeout_sec': ['30', '30'],
      'live.telemetry_interval_sec': ['5', '9'],
    });
    const answer = await app.submit('/ui/settings/limits', form);
    t.equal(answer.status, 303);
    const [flash = ''] = answer.headers.getSetCookie();
    const next = await app.page('/settings/limits', { cookie: flash.split(';')[0] ?? '' });
    undo = next.html.querySelector('[data-toast] form');
    t.match(app.config, {
      retentionDays: 90,
      retentionJobs: 2000,
      timeoutMs: 900_000,
      telemetryIntervalMs: 5000,
    });
    const { html } = await app.page('/settings/limits');
    const restart = html
      .querySelector('#set-live-telemetry_interval_sec')
      ?.closest('.set')
      ?.querySelector('.from');
    t.match(restart?.text, /Needs restart\s+saved 9 s, running with 5 s\./);
    const hub = await app.page('/settings');
    t.match(hub.text, /values differ from the default/);
    t.match(hub.text, '1 value needs a restart');
  });

  await t.test('a saved form can be undone', async (t) => {
    const fields = undo
      ?.querySelectorAll('input')
      .map((one) => [one.getAttribute('name'), one.getAttribute('value')]);
    const form = Object.fromEntries(fields ?? []);
    t.equal((await app.submit(undo?.getAttribute('action') ?? '', form)).status, 303);
    t.match(app.config, { retentionDays: 7, retentionJobs: 1_000_000, timeoutMs: 900_000 });
    const again = { 'retention.jobs': '2000', 'was:retention.jobs': '1000000' };
    t.equal((await app.submit('/ui/settings/limits', again)).status, 303);
  });

  await t.test('only a path begins at the home folder', async (t) => {
    const former = app.config.operatorName;
    const values = { 'operator.name': '~/ada', 'sheets.import_roots': ['~/sheets'] };
    t.equal((await put(app, values, as('admin'))).status, 200);
    t.equal(app.config.operatorName, '~/ada');
    t.same(app.config.importRoots, [path.join(os.homedir(), 'sheets')]);
    await put(app, { 'operator.name': former || null, 'sheets.import_roots': null }, as('admin'));
  });

  await t.test('the page of values names source and author, and is filtered', async (t) => {
    const { html } = await app.page('/settings/values?q=retention_JOBS');
    const [row, ...others] = html.querySelectorAll('tbody tr');
    t.equal(others.length, 0);
    t.match(row?.text, /2,000 jobs\s*Saved\s*1,000,000 jobs/);
    const { html: locked } = await app.page('/settings/values?source=environment');
    t.match(locked.text, 'Environment (CHL_MAX_RUNNING_JOBS)');
    t.match((await app.page('/settings/values?q=nothing')).text, 'No values match the filter');
  });
});

t.test('a file of settings brings all of them back; one bad key changes nothing', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const values = {
    'retention.days': 30,
    'sheets.import_roots': ['~/sheets'],
    'limits.import.hard_sec': 60,
  };
  t.equal((await put(app, values)).status, 200);
  const { body: file } = await app.json('/api/v1/settings/export');
  t.same(file, { format: 1, settings: values, schedules: [], flags: [], objectives: [], webhooks: [] });
  await put(app, Object.fromEntries(Object.keys(values).map((key) => [key, null])));
  const confirmed = { reason: 'a new machine', confirm: 'settings' };
  const send = (body: Record<string, unknown>) => app.json('/api/v1/settings/import', body);

  const bad = { ...file, settings: { ...values, 'retention.jobs': 1, 'no.such': 1 } };
  const { body: preview } = await send({ file: bad });
  t.same(
    preview.changes.map(({ key, state }: { key: string; state: string }) => [key, state]),
    [
      ['retention.days', 'changed'],
      ['sheets.import_roots', 'changed'],
      ['limits.import.hard_sec', 'changed'],
      ['retention.jobs', 'refused'],
      ['no.such', 'unknown'],
    ],
  );
  const refused = await send({ file: bad, plan: preview.plan, ...confirmed });
  t.equal(refused.status, 422);
  t.match(refused.body.error.details.problems, [{ field: 'retention.jobs' }, { field: 'no.such' }]);
  t.equal(app.config.retentionDays, 90, 'nothing was changed');

  for (const wrong of [
    { format: 2 },
    { format: 0 },
    { format: -7 },
    { webhooks: 'evil' },
    { flags: { a: 1 } },
  ])
    t.equal((await send({ file: { ...file, ...wrong } })).status, 422, JSON.stringify(wrong));
  const { body: good } = await send({ file });
  const unconfirmed = await send({ file, plan: good.plan });
  t.equal(unconfirmed.status, 422);
  t.match(unconfirmed.body.error, { code: 'confirmation_required', details: { word: 'settings' } });
  await put(app, { 'retention.jobs': 500 });
  t.equal((await send({ file, plan: good.plan, ...confirmed })).body.error.code, 'plan_outdated');
  await put(app, { 'retention.jobs': null });
  t.equal((await send({ file, plan: good.plan, ...confirmed })).status, 200);
  t.same((await app.json('/api/v1/settings/export')).body, file);
  t.match(app.config, {
    retentionDays: 30,
    importRoots: [path.join(os.homedir(), 'sheets')],
    limits: { import: { hard_sec: 60 } },
  });
  t.match(await readValue(app, 'retention.days'), { source: 'saved', value: 30 });

  await t.test(
    'an import into an empty server gives the same export, also with saved defaults',
    async (t) => {
      const saved = { 'operations.timeout_sec': 100, 'limits.import.hard_sec': 900, 'retention.days': 90 };
      const [source, target] = [await startApp(t), await startApp(t)];
      await put(source, saved);
      const exported = (await source.json('/api/v1/settings/export')).body;
      t.same(Object.keys(exported.settings).sort(), Object.keys(saved).sort());
      const sent = { file: exported, ...confirmed };
      const { plan, changes } = (await target.json('/api/v1/settings/import', sent)).body;
      t.ok(changes.every(({ state }: { state: string }) => state === 'changed'));
      t.equal((await target.json('/api/v1/settings/import', { ...sent, plan })).status, 200);
      t.same((await target.json('/api/v1/settings/export')).body, exported);
      const withDefault = { ...exported, settings: { ...exported.settings, 'retention.jobs': null } };
      const again = (await target.json('/api/v1/settings/import', { file: withDefault })).body;
      t.ok(again.changes.every(({ state }: { state: string }) => state === 'unchanged'));
    },
  );

  await t.test('the export has only values that an import accepts', async (t) => {
    const other = await startApp(t);
    await put(other, { 'retention.days': 30, 'limits.import.hard_sec': 60 });
    const rows = {
      'operations.max_running': '-1',
      'live.log_level': '"verbose"',
      'server.port': '9',
      'operator.name': 'null',
      'embedding.url': '"http://u:CanaryRowPw1@h/"',
      'embedding.model': '"m"',
      'limits.import.soft_sec': '61',
      'sheets.import_roots': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
      'former.key': '1',
    };
    const insert = other.ops.prepare(`INSERT INTO setting VALUES (?, ?, '2026-01-01', 'test')`);
    for (const [key, value] of Object.entries(rows)) insert.run(key, value);
    const exported = await other.json('/api/v1/settings/export');
    t.same(exported.body.settings, { 'retention.days': 30, 'limits.import.hard_sec': 60 });
    const { status } = await put(other, { 'sheets.import_roots': null, 'operations.max_running': 2 });
    t.equal(status, 200, 'and each can be replaced');
  });

  await t.test('the page shows the changes, then applies them', async (t) => {
    const form = new FormData();
    form.set('file', new File([JSON.stringify({ ...file, settings: { 'retention.days': 5 } })], 'chl.json'));
    const headers = { accept: 'text/html' };
    const shown = await fetch(`${app.origin}/ui/settings/import`, { method: 'POST', body: form, headers });
    t.equal(shown.status, 200);
    const text = await shown.text();
    t.match(text, /Change 1 value/);
    t.match(textOf(parse(text), '[data-l="Now"]'), /^30 days$/);
    const read = (name: string) =>
      /value="([^"]*)"/.exec(text.slice(text.indexOf(`name="${name}"`)))?.[1]?.replaceAll('&quot;', '"') ??
      '';
    const wanted = { file: read('file'), plan: read('plan') };
    const lacking = await app.submit('/ui/settings/import/apply', { ...wanted, reason: 'no' });
    t.equal(lacking.status, 422);
    t.match(await lacking.text(), 'Type settings to confirm.');
    t.equal((await app.submit('/ui/settings/import/apply', { ...wanted, ...confirmed })).status, 303);
    t.equal(app.config.retentionDays, 5);
  });

  await t.test('the page leaves out what cannot be imported, and says what the rest means', async (t) => {
    const settings = {
      'retention.days': 6,
      'operations.timeout_sec': 900,
      'retention.jobs': 1,
      'no.such': 1,
      'embedding.url': 'http://127.0.0.1:2',
      'embedding.model': 'small',
      'live.telemetry_interval_sec': 9,
    };
    const form = new FormData();
    form.set('file', new File([JSON.stringify({ ...file, settings })], 'chl.json'));
    const headers = { accept: 'text/html' };
    const shown = await fetch(`${app.origin}/ui/settings/import`, { method: 'POST', body: form, headers });
    const html = parse(await shown.text());
    const main = textOf(html, 'main');
    t.match(main, '2 values cannot be imported and are left out');
    t.match(main, '6 days');
    t.match(main, 'default, 900 s 900 s Changes', 'a default that the file saves');
    t.match(main, 'every entry is embedded again');
    t.match(main, 'is sent to http://127.0.0.1:2.');
    t.match(main, /These count after a restart of the server: .*npm start\./);
    t.match(textOf(html, 'form[action$="/apply"]'), /Import the other 5 values.*Cancel/s);
    const read = (name: string) => html.querySelector(`[name="${name}"]`)?.getAttribute('value') ?? '';
    const wanted = { file: read('file'), plan: read('plan'), ...confirmed };
    t.equal((await app.submit('/ui/settings/import/apply', wanted)).status, 303);
    t.match(app.config, { retentionDays: 6, retentionJobs: 1_000_000, embedding: { model: 'small' } });
    const back = { 'embedding.url': null, 'embedding.model': null, 'live.telemetry_interval_sec': null };
    t.equal((await put(app, { ...back, 'operations.timeout_sec': null, 'retention.days': 5 })).status, 200);
  });

  await t.test('a value that the environment no longer sets counts again after a restart', async (t) => {
    const service = `('embedding.url', '"http://127.0.0.1:2"', '2026-01-01', 'test')`;
    app.ops.exec(`INSERT INTO setting VALUES ${service}`);
    await app.close();
    const { root } = app;
    const set = await startApp(t, { root, env: { CHL_OPERATIONS_MODE: 'noop', CHL_RETENTION_DAYS: '10' } });
    t.equal(set.config.retentionDays, 10);
    t.equal((await put(set, { 'retention.days': 20 })).body.error.code, 'set_by_environment');
    t.equal((await put(set, { 'embedding.batch': 2 })).status, 200, 'beside a service that lacks a model');
    await set.close();
    const unset = await startApp(t, { root, env: { CHL_OPERATIONS_MODE: 'noop' } });
    t.equal(unset.config.retentionDays, 5);
    t.equal(readConfig({}, root).retentionDays, 90);
  });
});
