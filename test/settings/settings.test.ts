// Changes of settings in a running server: precedence, refusals, audit, effect.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { settings as feature } from '../../src/settings/feature.ts';
import { startApp } from '../support/app.ts';
import { makeFolder } from '../support/folder.ts';

const by = { ...systemRequester, actor: 'ada' };

t.test('settings', async (t) => {
  const app = await startApp(t, { env: { CHL_MAX_RUNNING_JOBS: '3' } });
  const { settings } = app.use(feature);
  const find = (key: string) => settings.all().find(({ setting }) => setting.key === key);
  const rows = () =>
    app.ops
      .prepare(`SELECT actor, outcome, target, detail FROM audit WHERE event = 'settings.changed'`)
      .all();

  await t.test('a saved value counts at once, with its author and an audit row', async (t) => {
    let emitted = 0;
    app.bus.on('settings', () => (emitted += 1));
    t.same(await settings.put({ 'operations.timeout_sec': 60 }, by), ['operations.timeout_sec']);
    t.equal(app.config.timeoutMs, 60_000);
    t.match(find('operations.timeout_sec'), { value: 60, source: 'saved', change: { changed_by: 'ada' } });
    t.match(rows(), [
      {
        actor: 'ada',
        outcome: 'ok',
        target: 'setting:operations.timeout_sec',
        detail: /"after":\{"operations.timeout_sec":60\}/,
      },
    ]);
    t.same(await settings.put({ 'operations.timeout_sec': 60 }, by), [], 'the same again changes nothing');
    await settings.put({ 'operations.timeout_sec': null }, by);
    t.equal(app.config.timeoutMs, 900_000);
    t.equal(emitted, 2);
  });

  await t.test('all faults come at once, and nothing is saved', async (t) => {
    const before = rows().length;
    const wrong = {
      'retention.days': 0,
      'no.such': 1,
      'data.index': '/x',
      'retention.jobs': 200,
      'limits.import.retries': 99,
    };
    await t.rejects(settings.put(wrong, by), {
      code: 'invalid_arguments',
      details: {
        problems: [
          { field: 'retention.days', message: '0 is below the minimum, 1.' },
          { field: 'no.such' },
          { field: 'data.index', message: /Only CHL_FAISS_INDEX_PATH in the environment can set it/ },
          { field: 'limits.import.retries' },
        ],
      },
    });
    t.equal(app.config.retentionJobs, 1_000_000);
    t.equal(rows().length, before);
  });

  await t.test('a value that the environment sets is locked, with the name of the variable', async (t) => {
    const values = { 'operations.max_running': 5, 'retention.days': 7 };
    await t.rejects(settings.put(values, by), {
      code: 'set_by_environment',
      message: /set by CHL_MAX_RUNNING_JOBS in the environment/,
      details: { variable: 'CHL_MAX_RUNNING_JOBS' },
    });
    t.match(find('operations.max_running'), { value: 3, source: 'environment', isEditable: false });
    t.equal(app.config.retentionDays, 90);
  });

  await t.test('the warning of an operation must come before its end', async (t) => {
    await settings.put({ 'limits.import.hard_sec': 60 }, by);
    t.match(find('limits.import.soft_sec')?.value, 30);
    const late = settings.put({ 'limits.import.soft_sec': 60 }, by);
    await t.rejects(late, {
      code: 'invalid_arguments',
      details: { problems: [{ field: 'limits.import.soft_sec' }] },
    });
    await settings.put({ 'limits.import.soft_sec': 10, 'limits.import.retries': 1 }, by);
    const { number } = await app.run('import', { dry_run: true });
    t.equal(app.parts.repository.find(String(number))?.max_attempts, 2);
  });

  await t.test('it is judged by the time limit that is saved with it, and later', async (t) => {
    const reset = { 'limits.import.hard_sec': null, 'limits.import.retries': null };
    await settings.put({ ...reset, 'limits.import.soft_sec': 400 }, by);
    const refused = (values: Record<string, unknown>, field: string) =>
      t.rejects(settings.put(values, by), {
        code: 'invalid_arguments',
        details: { problems: [{ field, message: /must come before the end, 10 s/ }] },
      });
    await refused({ 'operations.timeout_sec': 10 }, 'operations.timeout_sec');
    await refused({ 'limits.import.hard_sec': 10 }, 'limits.import.hard_sec');
    const both = { 'operations.timeout_sec': 10, 'limits.import.soft_sec': 300 };
    await refused(both, 'limits.import.soft_sec');
    await settings.put({ 'operations.timeout_sec': 10, 'limits.import.soft_sec': null }, by);
    await settings.put({ 'operations.timeout_sec': 900, 'limits.import.soft_sec': 301 }, by);
    const own = { 'operations.timeout_sec': 10, 'limits.import.hard_sec': 302 };
    await settings.put(own, by);
    app.ops.exec(`UPDATE setting SET value = '303' WHERE key = 'limits.import.soft_sec'`);
    await settings.put({ 'limits.import.retries': 2 }, by);
    await settings.put({ ...reset, 'limits.import.soft_sec': null, 'operations.timeout_sec': null }, by);
  });
});

t.test('a waiting job starts when more jobs may run at the same time', async (t) => {
  const root = makeFolder(t);
  const rests = '{ name: rests, title: Rest, summary: A rest., command: [sleep, "600"] }';
  fs.writeFileSync(path.join(root, 'operations.yaml'), `operations:\n  - ${rests}\n`, { mode: 0o600 });
  const app = await startApp(t, { root });
  const { settings } = app.use(feature);
  await settings.put({ 'operations.max_running': 1 }, by);
  const start = async () => (await app.json('/api/v1/operations/rests', {})).body.number;
  const [first, second] = [await start(), await start()];
  await app.whenJob(first, 'running');
  t.equal(app.parts.repository.find(String(second))?.status, 'queued');
  await settings.put({ 'operations.max_running': 2 }, by);
  await app.whenJob(second, 'running');
});
