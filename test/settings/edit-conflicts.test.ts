// Two people change the same stored value: the second save says so and shows both values, and nothing is lost.
import os from 'node:os';
import path from 'node:path';
import { parse } from 'node-html-parser';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { startService } from '../support/embedding-service.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { textOf } from '../support/screen.ts';

const limits = '/ui/settings/limits';
const days = (value: string, was: string) => ({ 'retention.days': value, 'was:retention.days': was });
const env = { CHL_OPERATIONS_MODE: 'noop' };

/** The form of an answer, as a browser would send it again. */
async function again(answer: Response, selector: string) {
  const html = parse(await answer.text());
  const fields = html.querySelectorAll(`${selector} input`);
  const form = Object.fromEntries(
    fields.map((one) => [one.getAttribute('name') ?? '', one.getAttribute('value') ?? '']),
  );
  return { html, form };
}

t.test('limits', async (t) => {
  let now = new Date('2026-03-01T10:00:00Z');
  const app = await startWithRoles(t, (t) => startApp(t, { env, now: () => now }));
  const send = (form: Record<string, string>, headers = {}) =>
    app.submit(limits, form, { ...as('admin'), ...headers });

  await t.test('a save does not replace a newer value, and shows both', async (t) => {
    t.equal((await send(days('60', '90'))).status, 303);
    now = new Date('2026-03-01T10:01:00Z');
    const answer = await send({
      ...days('30', '90'),
      'retention.jobs': '500',
      'was:retention.jobs': '1000000',
    });
    t.equal(answer.status, 409);
    t.equal(app.config.retentionDays, 60);
    const { html, form } = await again(answer, '#limits');
    t.match(
      textOf(html, '#set-retention-days-problem'),
      'Changed by admin 1 min ago to 60 days; yours is 30 days. Save again to keep yours.',
    );
    t.match(textOf(html, '#limits [role="alert"]'), '1 value changed since you opened the page');
    t.match(form, { ...days('30', '60'), 'retention.jobs': '500' }, 'what was typed is still there');
    t.equal((await send(form)).status, 303, 'the next save replaces what has been seen');
    t.match(app.config, { retentionDays: 30, retentionJobs: 500 });
  });

  await t.test('the same value, and another field, are no conflict', async (t) => {
    t.equal((await send(days('30', '90'))).status, 303);
    t.equal(
      (await send({ ...days('60', '60'), 'retention.jobs': '600', 'was:retention.jobs': '500' })).status,
      303,
    );
    t.match(app.config, { retentionDays: 30, retentionJobs: 600 });
  });

  await t.test('an undo does not replace a newer value', async (t) => {
    const saved = await send(days('45', '30'));
    const cookie = saved.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    const { html } = await app.page('/settings/limits', { ...as('admin'), cookie });
    const undo = Object.fromEntries(
      html
        .querySelectorAll('[data-toast] form input')
        .map((one) => [one.getAttribute('name') ?? '', one.getAttribute('value') ?? '']),
    );
    t.equal((await send(days('20', '45'))).status, 303);
    const refused = await send(undo, { 'hx-request': 'true' });
    t.equal(refused.status, 409);
    t.equal(refused.headers.get('hx-retarget'), '#note');
    t.match(await refused.text(), /Changed by admin.* to 20 days; yours is 30 days\./);
    t.equal(app.config.retentionDays, 20);
  });

  await t.test('the form alone answers htmx', async (t) => {
    const refused = await send(days('0', '20'), { 'hx-request': 'true' });
    t.equal(refused.status, 422);
    const { html } = await again(refused, '#limits');
    t.equal(html.querySelector('html'), null);
    t.match(textOf(html, '#set-retention-days-problem'), /below the minimum/);
  });
});

t.test('paths in the home folder are short on the page, whole in the settings', async (t) => {
  const app = await startApp(t, { env });
  const key = 'sheets.import_roots';
  const home = os.homedir();
  const field = async () => {
    const { html, text } = await app.page('/settings/limits');
    t.notMatch(text, new RegExp(`[":]${home}[:/"]`));
    const inputValue = (name: string) =>
      html.querySelector(`input[name="${name}"]`)?.getAttribute('value') ?? '';
    return { [key]: inputValue(key), [`was:${key}`]: inputValue(`was:${key}`) };
  };
  const saved = await app.submit(limits, { [key]: `~/a:/b:${home}`, [`was:${key}`]: '' });
  t.equal(saved.status, 303);
  t.notMatch(decodeURIComponent(saved.headers.getSetCookie().join()), `${home}/a`);
  t.same(app.config.importRoots, [path.join(home, 'a'), '/b', home]);
  const shown = await field();
  t.same(shown, { [key]: '~/a:/b:~', [`was:${key}`]: '~/a:/b:~' });
  t.equal(
    (await app.submit(limits, { ...shown, [key]: '~/a:~' })).status,
    303,
    'what was shown is no conflict',
  );
  t.same(app.config.importRoots, [path.join(home, 'a'), home]);
  const refused = await app.submit(limits, { ...shown, [key]: '~/c' });
  t.equal(refused.status, 409);
  t.match(await refused.text(), /to ~\/a:~; yours is ~\/c\./);
});

t.test('a named sheet', async (t) => {
  const app = await startWithRoles(t, (t) => startApp(t, { env }));
  const edit = '/ui/sources/review/edit';
  const open = async () => (await again(await fetch(app.origin + edit, { headers: page }), 'main form')).form;
  const shown = { kind: 'folder', ...(await open()) };
  const cats = { ...shown, tab_category: 'Cats' };
  t.equal((await app.submit(edit, cats, as('admin'))).status, 303);

  const books = { ...shown, tab_category: 'Books', tab_manual: 'Texts' };
  const refused = await app.submit(edit, books);
  t.equal(refused.status, 409);
  const { html, form } = await again(refused, 'main form');
  t.match(
    textOf(html, 'main form'),
    /Changed by admin \d+ s ago to Cats; yours is Books\. Save again to keep yours\./,
  );
  t.match(form, { tab_category: 'Books', tab_manual: 'Texts', 'was:tab_category': 'Cats' });

  const other = await app.submit(edit, { ...shown, tab_manual: 'Texts' });
  t.equal(other.status, 409, 'a field that was not touched goes not back unseen');
  const seen = await again(other, 'main form');
  t.match(textOf(seen.html, 'main form'), /Changed by admin \d+ s ago from its usual name to Cats\./);
  t.match(seen.form, { tab_category: 'Cats', tab_manual: 'Texts' });
  t.equal((await app.submit(edit, { ...seen.form, kind: 'folder' })).status, 303);
  t.match((await app.json('/api/v1/sources/review')).body.tabs, { category: 'Cats', manual: 'Texts' });

  await t.test('one that was removed meanwhile does not come back', async (t) => {
    const team = { name: 'team', kind: 'folder', place: 'sheets/team' };
    t.equal((await app.submit('/ui/sources/add', team)).status, 303);
    t.equal((await app.submit('/ui/sources/team/remove', {})).status, 303);
    const late = { kind: 'folder', place: 'sheets/other', 'was:place': 'sheets/team' };
    t.equal((await app.submit('/ui/sources/team/edit', late)).status, 404);
    t.equal((await app.json('/api/v1/sources/team')).status, 404);
  });
});

const page = { accept: 'text/html', ...as('admin') };

t.test('the embedder', async (t) => {
  const app: TestApp = await startWithRoles(t, (t) => startApp(t, { env }));
  const service = await startService(t);
  const save = (url: string, model: string, was = { url: '', model: '' }) =>
    app.submit('/ui/embedder/save', {
      kind: url ? 'service' : 'built_in',
      url,
      model,
      'was:url': was.url,
      'was:model': was.model,
    });
  t.equal((await save(service.url, 'small')).status, 303);
  const refused = await save(service.url, 'large');
  t.equal(refused.status, 409);
  const { html, form } = await again(refused, '#embedder-form');
  t.match(textOf(html, '#embedder-model-problem'), /to small; yours is large\. Save again to keep yours\./);
  t.match(form, { model: 'large', 'was:model': 'small', 'was:url': service.url });
  t.equal(app.config.embedding?.model, 'small');
  t.equal((await save(service.url, 'large', { url: service.url, model: 'small' })).status, 303);
  t.equal(app.config.embedding?.model, 'large');
});
