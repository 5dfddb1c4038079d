// Changes of objectives by the form and the API: faults, conflicts, roles, the audit log, and the file of settings.
import t from 'tap';
import { objectiveStore } from '../../src/objective-store/feature.ts';
import type { TestApp } from '../support/app.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';

const value = { target: 0.98, window_days: 14, threshold_ms: 250, is_on: true };
const reason = 'a test needs it';

async function put(app: TestApp, name: string, body: object, headers: Record<string, string> = {}) {
  const answer = await fetch(`${app.origin}/api/v1/objectives/${name}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...as('admin'), ...headers },
    body: JSON.stringify(body),
  });
  return {
    status: answer.status,
    body: (await answer.json()) as any,
    etag: answer.headers.get('etag') ?? '',
  };
}

const rowsOf = ({ ops }: TestApp) =>
  ops
    .prepare(
      `SELECT actor, outcome, target, reason, detail FROM audit
        WHERE event = 'objective.changed' AND detail LIKE '{"before"%' ORDER BY id`,
    )
    .all() as { target: string; detail: string }[];

t.test('changes of objectives', async (t) => {
  const app = await startWithRoles(t);
  const { objectives } = app.use(objectiveStore);

  await t.test('the API changes one, with its values before and after in the audit log', async (t) => {
    t.match(await put(app, 'fast', { ...value, reason }), {
      status: 200,
      body: { ...value, changed_by: 'admin' },
    });
    const [row] = rowsOf(app);
    t.match(row, { actor: 'admin', target: 'objective:fast', reason });
    t.strictSame(JSON.parse(row?.detail ?? ''), {
      before: { target: 0.99, window_days: 30, threshold_ms: 200, is_on: true },
      after: value,
    });
    await put(app, 'fast', value);
    t.equal(rowsOf(app).length, 1, 'the same again changes nothing');
    t.match(await put(app, 'fast', { target: 0.98, window_days: 14, is_on: true }), {
      body: { threshold_ms: 250 },
    });
  });

  await t.test('all faults at once', async (t) => {
    const { status, body } = await put(app, 'fast', {
      target: 1,
      window_days: 91,
      threshold_ms: 0,
      is_on: true,
    });
    t.equal(status, 422);
    t.same(
      body.error.details.problems.map((one: { field: string }) => one.field),
      ['target', 'window_days', 'threshold_ms'],
    );
    for (const wrong of [{ target: 0.499 }, { window_days: 6 }, { window_days: 7.5 }, { threshold_ms: 1.5 }])
      t.match(await put(app, 'fast', { ...value, ...wrong }), { status: 422 }, JSON.stringify(wrong));
    t.match(await put(app, 'up', value), {
      status: 422,
      body: { error: { message: 'up has no threshold.' } },
    });
    t.match(await put(app, 'none', value), { status: 404 });
    t.match(await put(app, 'up', { ...value, threshold_ms: null, target: 0.5 }), { status: 200 });
  });

  await t.test('a program that has seen an older value gets a conflict', async (t) => {
    const { etag } = await put(app, 'fast', value);
    t.match(await put(app, 'fast', { ...value, target: 0.97 }, { 'if-match': etag }), { status: 200 });
    t.match(await put(app, 'fast', value, { 'if-match': etag }), {
      status: 409,
      body: { error: { code: 'edit_conflict' } },
    });
  });

  await t.test('the form saves what was changed, and says what counts from now on', async (t) => {
    const { html } = await app.page('/objectives/edit');
    t.equal(html.querySelector('#fast-target')?.getAttribute('value'), '97');
    const answer = await app.submit('/ui/objectives', {
      'fast.target': '99,5',
      'was:fast.target': '97',
      'fast.threshold_ms': '300',
      'was:fast.threshold_ms': '250',
      'was:jobs.is_on': 'true',
      reason: '',
    });
    t.equal(answer.status, 303);
    t.equal(answer.headers.get('location'), '/objectives');
    t.match(objectives.find('fast').value, { target: 0.995, window_days: 14, threshold_ms: 300 });
    t.equal(objectives.find('jobs').value.is_on, false, 'a box that is not ticked is not sent');
    t.match(rowsOf(app).at(-1), { target: 'objective:jobs', reason: null });
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    const { html: next } = await app.page('/objectives', { ...as('admin'), cookie });
    t.match(next.text, '2 objectives saved.');
    t.match(next.text, 'The new threshold of fast counts from now on.');
  });

  await t.test('the form shows each fault, in percent, and keeps what was typed', async (t) => {
    const answer = await app.submit('/ui/objectives', {
      'fast.target': '100',
      'was:fast.target': '99.5',
      'search.window_days': 'soon',
      'was:search.window_days': '30',
      'search.threshold_ms': '',
      'was:search.threshold_ms': '300',
    });
    t.equal(answer.status, 422);
    const { parse } = await import('node-html-parser');
    const html = parse(await answer.text());
    t.match(textOf(html, '#objectives-form [role=alert]'), 'Nothing was saved: 2 objectives need a change.');
    t.same(
      html.querySelectorAll('#objectives-form [role=alert] a').map((link) => link.getAttribute('href')),
      ['#fast-target', '#search-window-days', '#search-threshold-ms'],
    );
    t.match(textOf(html, '#fast-target-problem'), 'Target: 50% or more, below 100%.');
    t.match(textOf(html, '#search-window-days-problem'), 'Window: 7 to 90 whole days.');
    t.match(textOf(html, '#search-threshold-ms-problem'), 'from 1 to 60,000');
    t.equal(html.querySelector('#search-window-days')?.getAttribute('value'), 'soon');
  });

  await t.test('a form that is older than a change loses nothing', async (t) => {
    const form = { 'search.target': '98', 'was:search.target': '97' };
    const answer = await app.submit('/ui/objectives', form);
    t.equal(answer.status, 409);
    t.match(await answer.text(), /to 99%; yours is 98%\. Save again to keep yours\./);
    t.equal(objectives.find('search').value.target, 0.99);
  });

  await t.test('values of the default are the default', async (t) => {
    await app.submit('/ui/objectives', { 'jobs.is_on': 'true', 'was:jobs.is_on': 'false' });
    t.equal(objectives.find('jobs').change, null);
  });

  await t.test('a viewer sees the form locked, and is refused', async (t) => {
    const { html } = await app.page('/objectives/edit', as('viewer'));
    t.ok(html.querySelector('#fast-target')?.hasAttribute('readonly'));
    t.match(await put(app, 'fast', value, as('viewer')), { status: 403 });
    t.match((await app.page('/objectives', as('viewer'))).text, 'Needs an admin');
  });

  await t.test('a file of settings has those that differ, and is imported whole or not at all', async (t) => {
    const { body: file } = await app.json('/api/v1/settings/export');
    t.match(file.objectives, [
      { name: 'fast', target: 0.995, window_days: 14, threshold_ms: 300, is_on: true },
      { name: 'up', target: 0.5 },
    ]);
    const send = (given: object, more = {}) => app.json('/api/v1/settings/import', { file: given, ...more });
    const apply = async (given: object) => {
      const { body } = await send(given);
      return send(given, { plan: body.plan, reason, confirm: 'settings' });
    };
    t.match(await apply(file), { status: 200, body: { changed: [] } });
    const [fast] = file.objectives;
    const bad = {
      ...file,
      objectives: [
        { ...fast, target: 0.9 },
        { name: 'up', target: 2, window_days: 7, is_on: true },
      ],
    };
    t.match(await apply(bad), {
      status: 422,
      body: { error: { details: { problems: [{ field: 'objectives.up' }] } } },
    });
    t.equal(objectives.find('fast').value.target, 0.995, 'nothing was changed');
    for (const wrong of [[1], [{ name: 'up' }], [fast, fast], { fast }])
      t.match(await send({ ...file, objectives: wrong }), { status: 422 }, JSON.stringify(wrong));
    const good = {
      ...file,
      objectives: [
        { ...fast, target: 0.9 },
        { name: 'up', target: null },
      ],
    };
    t.match(await send(good), {
      body: {
        changes: [
          { key: 'objectives.fast', title: 'Objective fast', state: 'changed' },
          { state: 'changed' },
        ],
      },
    });
    let heard = 0;
    app.bus.on('objectives', () => (heard += 1));
    t.match(await apply(good), { status: 200, body: { changed: ['objectives.fast', 'objectives.up'] } });
    t.equal(objectives.find('fast').value.target, 0.9);
    t.equal(objectives.find('up').change, null);
    t.ok(heard >= 1);
  });
});
