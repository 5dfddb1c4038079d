// The form of a schedule: its fields, its preview, what is wrong, and edit conflicts. Everything works without JavaScript.
import '../support/plain-children.ts';
import { parse } from 'node-html-parser';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { putSchedule, storedSchedule } from '../support/stored-schedules.ts';
import { fieldProblems, textOf } from '../support/screen.ts';

const noop = { CHL_OPERATIONS_MODE: 'noop' };
const htmx = { 'hx-request': 'true' };
const daily = {
  operation: 'repair',
  preset: 'daily',
  at: '02:30',
  zone: 'Europe/Berlin',
  missed: 'once',
  overlap: 'wait',
};
let app: TestApp;

t.before(async () => {
  app = await startApp(t, { env: noop, now: () => new Date('2026-11-28T13:08:20Z') });
});

const query = (fields: Record<string, string>) => `/ui/schedules/preview?${new URLSearchParams(fields)}`;

t.test('a schedule is added with the form alone', async (t) => {
  const { html } = await app.page('/schedules/new');
  t.equal(textOf(html, '.words'), 'Every day at 02:00');
  t.ok(html.querySelector('form[data-unsaved][method="post"]'), 'unsaved values are asked about');
  const added = await app.submit('/ui/schedules/new', { name: 'nightly', is_on: 'true', ...daily });
  t.match(added, { status: 303 });
  t.equal(added.headers.get('location'), '/schedules/nightly');
  const { operation, args, cron, zone, is_on, missed, overlap } = storedSchedule(app, 'nightly');
  t.match(
    { operation, cron, zone, is_on, missed, overlap },
    {
      ...{ operation: 'repair', cron: '30 2 * * *' },
      zone: 'Europe/Berlin',
      is_on: true,
      missed: 'once',
      overlap: 'wait',
    },
  );
  t.type(args, 'object');
  const page = (await app.page('/schedules/nightly')).html;
  t.equal(page.querySelector('#arg-at')?.getAttribute('value'), '02:30');
  t.ok(page.querySelector('[name="preset"][value="daily"][checked]'));
  t.ok(page.querySelector('[name="overlap"][value="wait"][checked]'));
});

t.test('a form without the box adds a schedule that is off', async (t) => {
  await app.submit('/ui/schedules/new', { name: 'spare', ...daily, is_on: 'false' });
  t.equal(storedSchedule(app, 'spare').is_on, false);
});

t.test('the last value of a repeated field counts', async (t) => {
  const preview = '/ui/schedules/preview?';
  const cases: [address: string, words: RegExp][] = [
    [`${preview}zone=Mars&zone=UTC`, /Every day at 02:00/],
    [`${preview}edits=x&edits=y`, /Every day at 02:00/],
    [`${preview}at=1&at=03:00`, /Every day at 03:00/],
    [`${preview}cron=1&cron=0+4+*+*+*&preset=own`, /Every day at 04:00/],
    ['/schedules/new?zone=Mars&zone=UTC', /Every day at 02:00/],
  ];
  for (const [address, words] of cases) {
    const { status, html } = await app.page(address);
    t.equal(status, 200, address);
    t.match(textOf(html, '#schedule-preview'), words, address);
  }
  const twice = new URLSearchParams({ ...daily, name: 'first', is_on: 'false' });
  for (const [field, value] of Object.entries({ name: 'twice', zone: 'UTC', is_on: 'true' }))
    twice.append(field, value);
  const added = await fetch(`${app.origin}/ui/schedules/new`, {
    method: 'POST',
    body: twice,
    redirect: 'manual',
  });
  t.equal(added.status, 303);
  t.match(storedSchedule(app, 'twice'), { zone: 'UTC', is_on: true });
});

t.test('a refused form keeps the box that switches a schedule on as it was posted', async (t) => {
  const post = async (boxes: [string, string][]) => {
    const body = new URLSearchParams([...Object.entries({ ...daily, name: 'No', at: '9' }), ...boxes]);
    const headers = { accept: 'text/html' };
    const answer = await fetch(`${app.origin}/ui/schedules/new`, { method: 'POST', headers, body });
    t.equal(answer.status, 422);
    return parse(await answer.text()).querySelector('#s-on');
  };
  const off: [string, string] = ['is_on', 'false'];
  t.ok((await post([off, ['is_on', 'true']]))?.hasAttribute('checked'), 'ticked');
  t.notOk((await post([off]))?.hasAttribute('checked'), 'not ticked');
});

t.test('while a rule is typed its sentence and its next five times come from the server', async (t) => {
  const { html } = await app.page(query({ ...daily, preset: 'weekly', weekday: '0' }), htmx);
  t.match(textOf(html, '.words'), /^Every Sunday at 02:30$/);
  t.match(textOf(html, '#schedule-preview'), /Rule 30 2 \* \* 0.*[Oo]n Sun 28 Mar 2027.*it runs at 03:00/);
  const thursday = (await app.page(query({ ...daily, preset: 'weekly', weekday: '4' }), htmx)).html;
  t.notMatch(textOf(thursday, '#schedule-preview'), /2027/, 'no run falls into a change of the clock');
  const times = html.querySelectorAll('.times li').map((node) => node.text);
  t.equal(times.length, 5);
  t.match(times[0], 'Sun 29 Nov 2026, 02:30');
  const bad = (await app.page(query({ ...daily, preset: 'own', cron: '0 26 * * *', zone: 'Mars' }), htmx))
    .html;
  t.match(
    textOf(bad, '#schedule-when'),
    /Hour is 26; it goes from 0 to 23\..*“Mars” is not a known time zone/,
  );
  t.strictSame(Object.keys(fieldProblems(bad)), ['cron', 'zone'], 'each at its field');
  const early = (await app.page(query({ ...daily, at: '2' }), htmx)).html;
  t.match(fieldProblems(early), { at: /Write the time as 02:00/ });
  const never = (await app.page(query({ ...daily, preset: 'own', cron: '0 0 30 2 *' }), htmx)).html;
  t.match(fieldProblems(never), { cron: /No day of the calendar fits this rule, so it never runs/ });
  t.equal(never.querySelector('.times'), null);
  const often = (await app.page(query({ ...daily, preset: 'own', cron: '*/5 * * * *' }), htmx)).html;
  t.match(textOf(often, '#schedule-preview'), /Up to 288 runs a day\./);
});

t.test(
  'without JavaScript a button shows the preview and the arguments of the chosen operation',
  async (t) => {
    const { html, status } = await app.page(
      query({ ...daily, operation: 'import', name: 'mine', 'args.mode': 'merge' }),
    );
    t.equal(status, 200);
    t.equal(html.querySelector('#s-name')?.getAttribute('value'), 'mine');
    t.equal(html.querySelector('[name="args.mode"] option[selected]')?.getAttribute('value'), 'merge');
    t.equal(
      html.querySelector('[name="args.sheet"], [name="args.plan"]'),
      null,
      'the input of one run is absent',
    );
    t.equal(html.querySelector('#schedule-confirm #reason'), null, 'a merge removes nothing');
    const replace = (await app.page(query({ ...daily, operation: 'import' }))).html;
    t.ok(replace.querySelector('#schedule-confirm #reason'));
    const other = (await app.page(query({ ...daily, operation: 'repair', 'args.mode': 'merge' }), htmx)).html;
    t.equal(other.querySelector('[name="args.mode"]'), null, 'what does not fit is left out');
  },
);

t.test('everything that is wrong is shown at once, in its place', async (t) => {
  const wrong = {
    ...daily,
    name: 'No Name',
    operation: 'import',
    at: '26:00',
    zone: 'Mars',
    'args.source': 'none',
  };
  for (const headers of [{}, htmx] as Record<string, string>[]) {
    const answer = await app.submit('/ui/schedules/new', wrong, headers);
    t.equal(answer.status, 422);
    const { html } = await readHtml(answer);
    const problems = fieldProblems(html);
    t.match(problems, {
      name: /lower-case letters/,
      at: /Write the time as 02:00/,
      zone: /“Mars” is not a known time zone/,
      'args.source': /choose one of/,
    });
    t.equal(formOf(html).zone, 'Mars', 'what was typed stays');
  }
  const own = await app.submit('/ui/schedules/new', {
    ...daily,
    name: 'own',
    preset: 'own',
    cron: '0 26 * * *',
  });
  t.match(fieldProblems((await readHtml(own)).html), { cron: 'Hour is 26; it goes from 0 to 23.' });
  const choice = await app.submit('/ui/schedules/new', { ...daily, name: 'own', missed: 'never' });
  t.match(await choice.text(), /Choose one of skip, once/);
});

t.test('a schedule that removes data needs a reason and the word of its operation', async (t) => {
  const form = { ...daily, name: 'replace', operation: 'import', 'args.mode': 'replace' };
  const refused = await app.submit('/ui/schedules/new', form);
  t.equal(refused.status, 422);
  t.strictSame(Object.keys(fieldProblems((await readHtml(refused)).html)), ['reason', 'confirm']);
  const added = await app.submit('/ui/schedules/new', { ...form, reason: 'every night', confirm: 'import' });
  t.equal(added.status, 303);
  t.match(storedSchedule(app, 'replace'), { reason: 'every night', args: { mode: 'replace' } });
});

t.test('a stored word counts until the operation or its arguments change, as with the API', async (t) => {
  const { page, submit } = app;
  const confirmed = { reason: 'every night', confirm: 'import' };
  const given = { operation: 'import', args: { mode: 'replace' }, cron: '0 3 * * *' };
  await putSchedule(app, 'kept', { ...given, ...confirmed });
  const { html } = await page('/schedules/kept');
  const shown = formOf(html);
  t.match(shown, { reason: 'every night', confirm: undefined });
  t.match(textOf(html, '#schedule-confirm'), /The word import was typed.*so it is not asked for again/);
  t.notMatch(textOf(html, '#schedule-confirm'), /required/);
  const link =
    html.querySelector('#schedule-confirm a')?.getAttribute('href')?.replaceAll('&amp;', '&') ?? '';
  t.ok((await page(link)).html.querySelector('tbody a[href="/schedules/kept"]'), 'its author and time');

  t.equal((await submit('/ui/schedules/kept/edit', { ...shown, at: '04:00' })).status, 303);
  t.equal((await putSchedule(app, 'kept', { ...given, cron: '0 4 * * *' })).status, 200, 'the same run');

  const other = { ...shown, 'args.source': 'review', at: '04:00', 'was:cron': '0 4 * * *' };
  const asked = (await page(query({ ...other, edits: 'kept' }), htmx)).html;
  t.ok(asked.querySelector('#schedule-confirm #confirm'), 'asked for while the form is filled');
  t.match(textOf(asked, '#schedule-confirm'), /required again, because the operation or its options/);
  const refused = await submit('/ui/schedules/kept/edit', other);
  t.strictSame(Object.keys(fieldProblems((await readHtml(refused)).html)), ['confirm']);
  const args = { mode: 'replace', source: 'review' };
  const { status, body } = await putSchedule(app, 'kept', { args });
  t.match({ status, body }, { status: 422, body: { error: { code: 'confirmation_required' } } });
  t.strictSame(body.error.details.problems, [{ field: 'confirm', message: 'Type import to confirm.' }]);
  t.equal((await submit('/ui/schedules/kept/edit', { ...other, confirm: 'import' })).status, 303);

  const emptied = { ...formOf((await page('/schedules/kept')).html), reason: '' };
  t.equal((await submit('/ui/schedules/kept/edit', emptied)).status, 303);
  t.match(storedSchedule(app, 'kept'), { ...confirmed, args }, 'an empty reason keeps the stored one');
  t.equal((await putSchedule(app, 'kept', { reason: '' })).status, 200);
  t.match(storedSchedule(app, 'kept'), { ...confirmed, args });
  const short = await submit('/ui/schedules/kept/edit', { ...emptied, reason: 'no' });
  t.strictSame(Object.keys(fieldProblems((await readHtml(short)).html)), ['reason']);
  t.equal((await putSchedule(app, 'kept', { reason: 'no' })).status, 422);
});

t.test('a newer reason is not replaced by a form that only shows the older one', async (t) => {
  const given = { operation: 'rollback', cron: '0 3 * * *', reason: 'every night', confirm: 'rollback' };
  await putSchedule(app, 'reasons', given);
  const shown = formOf((await app.page('/schedules/reasons')).html);
  await putSchedule(app, 'reasons', { reason: 'until the move' });
  const refused = await app.submit('/ui/schedules/reasons/edit', { ...shown, at: '05:00' });
  t.equal(refused.status, 409);
  const again = formOf((await readHtml(refused)).html);
  t.match(again, { reason: 'until the move', at: '05:00' });
  t.equal((await app.submit('/ui/schedules/reasons/edit', again)).status, 303);
  t.match(storedSchedule(app, 'reasons'), { reason: 'until the move', cron: '0 5 * * *' });
});

t.test('a conflict of a simple rule is shown, and what is gone is named at its field', async (t) => {
  await putSchedule(app, 'rule', { operation: 'repair', cron: '0 3 * * *', zone: 'UTC' });
  const shown = formOf((await app.page('/schedules/rule')).html);
  await putSchedule(app, 'rule', { cron: '0 4 * * *' });
  const refused = await app.submit('/ui/schedules/rule/edit', { ...shown, at: '05:00' });
  const { html } = await readHtml(refused);
  t.match(
    textOf(html, '#schedule-when fieldset > .err'),
    /Changed by .* to 0 4 \* \* \*; yours is 0 5 \* \* \*\./,
  );
  const { schedules } = app.parts;
  schedules.put({ ...storedSchedule(app, 'rule'), name: 'lost', operation: 'vanished', zone: 'Mars' });
  t.match(fieldProblems((await app.page('/schedules/lost')).html), {
    operation: /There is no operation vanished any more/,
    zone: /“Mars” is not a known time zone/,
  });
});

t.test('a run of a schedule that removes data is confirmed again', async (t) => {
  const confirmed = { reason: 'every night', confirm: 'rollback' };
  await putSchedule(app, 'back', { operation: 'rollback', cron: '0 3 * * *', ...confirmed });
  const dialog = (await app.page('/ui/schedules/back/run')).html;
  t.equal(textOf(dialog, 'h1'), 'Run back now?');
  t.equal(dialog.querySelector('#reason')?.getAttribute('value'), 'every night');
  const refused = await app.submit('/ui/schedules/back/run', { reason: 'now', confirm: '' });
  t.equal(refused.status, 422);
  t.strictSame(Object.keys(fieldProblems((await readHtml(refused)).html)), ['reason', 'confirm']);
});

t.test('two people who change the same field both see it, and other fields are kept', async (t) => {
  await putSchedule(app, 'shared', { operation: 'repair', cron: '0 3 * * *', zone: 'UTC' });
  const shown = formOf((await app.page('/schedules/shared')).html);
  await putSchedule(app, 'shared', { cron: '0 4 * * *', overlap: 'wait' });
  const mine = { ...shown, at: '05:00' };
  const refused = await app.submit('/ui/schedules/shared/edit', mine);
  t.equal(refused.status, 409);
  const { html } = await readHtml(refused);
  t.match(textOf(html, '#schedule-form'), /Nothing was saved: the schedule has changed/);
  const again = formOf(html);
  t.match(again, { at: '05:00', overlap: 'wait', 'was:cron': '0 4 * * *', 'was:overlap': 'wait' });
  t.equal((await app.submit('/ui/schedules/shared/edit', again)).status, 303);
  t.match(storedSchedule(app, 'shared'), { cron: '0 5 * * *', overlap: 'wait' });
  t.equal((await app.submit('/ui/schedules/none/edit', daily)).status, 404);
});

t.test('the dialog of an operation leads to its schedule, with the arguments', async (t) => {
  const { html } = await app.page('/ui/operations/import/confirm?mode=merge&dry_run=true');
  const links = html.querySelectorAll('a').filter((node) => node.text.includes('Schedule it'));
  const address = links[0]?.getAttribute('href')?.replaceAll('&amp;', '&') ?? '';
  t.equal(address, '/schedules/new?operation=import&args.mode=merge&args.dry_run=true');
  const form = formOf((await app.page(address)).html);
  t.match(form, { operation: 'import', 'args.mode': 'merge', 'args.dry_run': 'true' });
  const undo = await app.page('/ui/operations/snapshot/confirm');
  t.notMatch(undo.text, /Schedule it/, 'a snapshot is for a person who has just uploaded it');
});

type Html = Awaited<ReturnType<TestApp['page']>>['html'];

async function readHtml(answer: Response): Promise<{ html: Html }> {
  const { parse } = await import('node-html-parser');
  return { html: parse(await answer.text()) };
}

/** The fields that the form would send. */
function formOf(html: Html): Record<string, string> {
  const form = html.querySelector('#schedule-form');
  const fields: Record<string, string> = {};
  for (const field of form?.querySelectorAll('input[name], select[name]') ?? []) {
    const type = field.getAttribute('type');
    if (['radio', 'checkbox'].includes(type ?? '') && !field.hasAttribute('checked')) continue;
    const chosen = field.querySelector('option[selected]') ?? field.querySelector('option');
    fields[field.getAttribute('name') ?? ''] = (chosen ?? field).getAttribute('value') ?? '';
  }
  return fields;
}
