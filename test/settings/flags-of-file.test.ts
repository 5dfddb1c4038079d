// Flags in an export of settings: equal on another server, all or nothing, with a preview.
import { parse } from 'node-html-parser';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { flags as feature } from '../../src/flags/feature.ts';
import { settings } from '../../src/settings/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';

const env = { CHL_OPERATIONS_MODE: 'noop' };
const by = { ...systemRequester, actor: 'ada' };
const why = { reason: 'a test needs it' };
const saved = [
  { key: 'traces', is_on: true, percent: 20, note: 'slow pages' },
  { key: 'vector-recheck', is_on: false, percent: 1, note: null },
];

async function startSaved(t: Parameters<typeof startApp>[0]) {
  const app = await startApp(t, { env });
  const edits = saved.map(({ key, ...to }) => ({ key, to }));
  await app.use(feature).flags.change(edits, by, why);
  return app;
}

const send = (app: TestApp, file: object, more = {}) =>
  app.json('/api/v1/settings/import', { file, ...more });

async function apply(app: TestApp, file: object) {
  const { body } = await send(app, file);
  return send(app, file, { plan: body.plan, ...why, confirm: 'settings' });
}

t.test('an export has the flags that differ, and another server becomes equal', async (t) => {
  const from = await startSaved(t);
  const { body: file } = await from.json('/api/v1/settings/export');
  t.strictSame(file.flags, saved);
  const to = await startApp(t, { env });
  const { body: preview } = await send(to, { ...file, settings: { 'retention.days': 31 } });
  t.match(preview.changes, [
    { key: 'retention.days', state: 'changed' },
    { key: 'flags.traces', title: 'Flag traces', state: 'changed', before: { is_on: true, percent: 5 } },
    { key: 'flags.vector-recheck', state: 'changed' },
  ]);
  t.equal(to.use(feature).flags.find('traces').saved, null, 'a preview changes nothing');
  let heard = 0;
  to.bus.on('flags', () => (heard += 1));
  const { status, body } = await apply(to, { ...file, settings: { 'retention.days': 31 } });
  t.equal(status, 200);
  t.strictSame(body.changed, ['retention.days', 'flags.traces', 'flags.vector-recheck']);
  t.strictSame((await to.json('/api/v1/settings/export')).body.flags, saved);
  t.match(to.config.retentionDays, 31);
  t.equal(heard, 1);
  const rows = to.ops.prepare(
    `SELECT detail FROM audit WHERE event = 'settings.imported' AND outcome = 'ok'`,
  );
  t.match(JSON.parse((rows.get() as { detail: string }).detail), {
    before: { 'retention.days': null, 'flags.traces': null },
    after: { 'retention.days': 31, 'flags.traces': { is_on: true, percent: 20, note: 'slow pages' } },
  });
  t.match(await apply(to, file), { status: 200, body: { changed: [] } }, 'the same again changes nothing');
});

t.test('one bad flag, and nothing is changed', async (t) => {
  const app = await startApp(t, { env });
  const good = { key: 'traces', is_on: true, percent: 20, note: null };
  const bad = [
    { key: 'none', is_on: true, percent: 1 },
    { key: 'auto-repair', is_on: true, percent: 101 },
  ];
  for (const one of bad) {
    const file = { format: 1, settings: { 'retention.days': 31 }, flags: [good, one] };
    const answer = await apply(app, file);
    t.match(answer, { status: 422, body: { error: { code: 'invalid_arguments' } } }, one.key);
    t.match(answer.body.error.details.problems, [{ field: `flags.${one.key}` }]);
  }
  t.equal(app.config.retentionDays, 90);
  t.equal(app.use(feature).flags.find('traces').saved, null);
  for (const flags of [[1], [{ key: 'traces' }], [good, good], { traces: good }])
    t.match(await send(app, { format: 1, settings: {}, flags }), { status: 422 }, JSON.stringify(flags));
});

t.test('a change of a flag outdates the plan', async (t) => {
  const app = await startApp(t, { env });
  const file = { format: 1, settings: {}, flags: [{ key: 'traces', is_on: true, percent: 20 }] };
  const { body } = await send(app, file);
  const to = { is_on: true, percent: 7, note: null };
  await app.use(feature).flags.change([{ key: 'traces', to }], by, why);
  const late = await send(app, file, { plan: body.plan, ...why, confirm: 'settings' });
  t.match(late, { status: 409, body: { error: { code: 'plan_outdated' } } });
});

t.test('the page shows the flags of a file, and leaves out what cannot be imported', async (t) => {
  const app = await startApp(t, { env });
  const file = { format: 1, settings: {}, flags: [...saved, { key: 'none', is_on: true, percent: 3 }] };
  const form = new FormData();
  form.append('file', new Blob([JSON.stringify(file)]), 'settings.json');
  const answer = await fetch(`${app.origin}/ui/settings/import`, { method: 'POST', body: form });
  const html = parse(await answer.text());
  t.match(textOf(html, 'table'), 'Flag traces flags.traces on for 5% on for 20%, “slow pages”');
  t.match(textOf(html, 'table'), 'There is no flag none.');
  const fields = html.querySelectorAll('form[action$="/apply"] input[type=hidden]');
  const hidden = Object.fromEntries(
    fields.map((one) => [one.getAttribute('name'), one.getAttribute('value')]),
  );
  const applied = await app.submit('/ui/settings/import/apply', { ...hidden, ...why, confirm: 'settings' });
  t.equal(applied.status, 303);
  t.match(app.use(feature).flags.find('traces').state, { percent: 20 });
});

t.test('the file of a backup returns flags that were saved since to their default', async (t) => {
  const app = await startSaved(t);
  const { settingsFile } = app.use(settings);
  const file = settingsFile.withDefaults({ format: 1, settings: {}, flags: [saved[0]] }, 'admin');
  t.match(file, { flags: [saved[0], { key: 'vector-recheck', is_on: null }] });
  t.match(await apply(app, file), { status: 200, body: { changed: ['flags.vector-recheck'] } });
  t.equal(app.use(feature).flags.find('vector-recheck').saved, null);
});
