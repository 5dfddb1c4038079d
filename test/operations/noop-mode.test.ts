// In noop mode every control works, or says before it is pressed why it does not.
import '../support/plain-children.ts';
import { type HTMLElement, parse } from 'node-html-parser';
import t, { type Test } from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { addExperience } from '../support/entries.ts';
import { card, textOf } from '../support/screen.ts';
import { makeIndexed } from '../support/snapshots.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const noop = { CHL_OPERATIONS_MODE: 'noop' };

/** A library with an index and an entry that failed, and three jobs. */
async function start(t: Test): Promise<TestApp> {
  const root = makeFolder(t);
  const { library } = await makeIndexed(root);
  addExperience(library, 'E9', { title: 'The title of E9' });
  library.exec(`UPDATE experiences SET embedding_status = 'failed' WHERE id = 'E9'`);
  library.close();
  const app = await startApp(t, { root, env: noop });
  for (const operation of ['import', 'export', 'index']) await app.run(operation);
  return app;
}

const isOff = (control: HTMLElement) => control.getAttribute('aria-disabled') === 'true';

/** The fields of a form as they are sent without a change, and the words that it asks for. */
function fieldsOf(form: HTMLElement): Record<string, string> {
  const given = form.querySelectorAll('input, select').flatMap((input) => {
    const [name, type] = [input.getAttribute('name'), input.getAttribute('type')];
    if (!name || (['checkbox', 'radio'].includes(type ?? '') && !input.hasAttribute('checked'))) return [];
    const chosen = input.querySelector('option[selected]') ?? input.querySelector('option');
    return [[name, (chosen ?? input).getAttribute('value') ?? '']];
  });
  const fields = Object.fromEntries(given);
  const word = form.querySelector('[data-word]')?.getAttribute('data-word');
  return word ? { ...fields, reason: 'a test needs it', confirm: word } : fields;
}

async function press(t: Test, app: TestApp, form: HTMLElement, where: string) {
  const buttons = form.querySelectorAll('button');
  if (buttons.length > 0 && buttons.every(isOff)) {
    for (const button of buttons) {
      const why = form.querySelector(`#${button.getAttribute('aria-describedby')}`)?.text.trim();
      t.match(why, /noop mode/i, `${where}: ${button.text.trim()} says why`);
    }
    return;
  }
  const action = form.getAttribute('action') ?? '';
  const isGet = form.getAttribute('method') !== 'post';
  const query = new URLSearchParams(fieldsOf(form));
  const answer = isGet
    ? await fetch(`${app.origin}${action}?${query}`)
    : await app.submit(action, fieldsOf(form));
  t.ok(answer.status < 400, `${where}: ${form.text.trim().slice(0, 40)} (${action}) gives ${answer.status}`);
  const text = await answer.text();
  if (isGet && action.startsWith('/ui/')) await pressAll(t, app, parse(text), `${where} ${action}`);
}

/** These operations need an argument: an uploaded file, what to remove, the number of an import, a backup. */
const needMore = [
  '/ui/sources/remove',
  ...['remove', 'undo', 'restore'].map((name) => `/ui/operations/run/${name}`),
];

/** Every form of a page or dialog, except those that need a file or chosen rows. */
async function pressAll(t: Test, app: TestApp, html: HTMLElement, where: string) {
  for (const form of html.querySelectorAll('main form')) {
    if (form.getAttribute('enctype') || form.querySelector('[name=action]')) continue;
    if (needMore.includes(form.getAttribute('action') ?? '')) continue;
    await press(t, app, form, where);
  }
}

t.test('every form and every dialog of the pages', async (t) => {
  const app = await start(t);
  const dialogs = new Set<string>();
  for (const page of [
    '/operations',
    '/jobs',
    '/jobs/1',
    '/library?state=all',
    '/library?state=failed',
    '/library/E9',
  ]) {
    // A running job has a dialog to cancel it, but may end before that is sent.
    await until(() => app.parts.repository.active().length === 0);
    const { html } = await app.page(page);
    for (const link of html.querySelectorAll('main a[hx-get]'))
      if (!isOff(link)) dialogs.add(link.getAttribute('href') ?? '');
    await pressAll(t, app, html, page);
  }
  t.ok(dialogs.size > 6, [...dialogs].join(' '));
  for (const dialog of dialogs) {
    const { status, html } = await app.page(dialog);
    t.equal(status, 200, dialog);
    await pressAll(t, app, html, dialog);
  }
});

t.test(
  'workers cannot be paused, resumed or drained, and a dialog says what a job does not do',
  async (t) => {
    const app = await start(t);
    const { html } = await app.page('/operations');
    const drain = html.querySelector('form.drain');
    t.same(drain?.querySelectorAll('button').map(isOff), [true]);
    t.match(textOf(html, '#pause-hint'), /^Noop mode runs no workers/);
    t.same(html.querySelectorAll(`${card.workers} form`).length, 0);
    t.match(
      textOf((await app.page('/ui/workers/drain')).html, 'main [role=alert]'),
      /^Noop mode runs no workers/,
    );
    const rebuild = await app.page('/ui/operations/index/confirm?full=true');
    t.match(
      textOf(rebuild.html, '#dialog-consequences'),
      /^Noop mode: the job is recorded, and nothing .* Embeds 5 entries/,
    );
  },
);

t.test('a notice of entries that are queued again says who embeds them', async (t) => {
  const app = await start(t);
  const answer = await app.submit('/ui/queue/retry-failed', {});
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { html } = await app.page('/operations', { cookie });
  t.match(textOf(html, '#toasts'), /1 entry queued again\. They wait until a worker starts/);
});
