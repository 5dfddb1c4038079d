// A removal by the pages of a server without JavaScript and by its API: choice, plan, decision, undo.
import type { HTMLElement } from 'node-html-parser';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { textOf } from '../support/screen.ts';
import { hashLibrary } from '../support/undo.ts';

const hashOf = ({ library }: TestApp) => hashLibrary({ db: library });

const optionsOf = (html: HTMLElement, name: string) =>
  html.querySelectorAll(`#arg-${name} option`).map((option) => option.text);

const figuresOf = (html: HTMLElement) =>
  html.querySelectorAll('.sum a').map((figure) => `${textOf(figure, '.l')} ${textOf(figure, 'b')}`);

const tokenOf = (html: HTMLElement) =>
  html.querySelector('form input[name="plan"]')?.getAttribute('value') ?? '';

/** Makes the plan as the dialog does; returns the number of its job. */
async function planOn(app: TestApp, fields: Record<string, string>): Promise<number> {
  const answer = await app.submit('/ui/operations/run/remove', { dry_run: 'true', ...fields });
  const number = Number(/^\/plans\/(\d+)$/.exec(answer.headers.get('location') ?? '')?.[1]);
  await app.whenJob(number);
  return number;
}

const confirmed = { reason: 'a test needs it', confirm: 'remove' };

t.test('what came from a source is planned, removed and put back', async (t) => {
  const app = await startApp(t);
  const imported = await app.run('import');
  const jobs = app.library.prepare('SELECT DISTINCT source, job FROM ops_origin').all();
  t.strictSame(jobs, [{ source: 'published', job: imported.id }]);
  const full = hashOf(app);

  const dialog = await app.page('/ui/operations/remove/confirm');
  t.strictSame(optionsOf(dialog.html, 'source'), ['None', 'published (72 entries)', 'review (0 entries)']);
  t.match(optionsOf(dialog.html, 'category').slice(0, 2), ['None', 'API · HTTP interfaces (6 entries)']);
  t.equal(textOf(dialog.html, '#dialog-submit'), 'Make the plan');
  for (const [fields, message] of [
    [{}, 'Choose a category, or the source that entries came from.'],
    [{ source: 'published', category: 'GIT' }, 'Choose a category or a source, not both.'],
  ] as const) {
    const refused = await app.submit('/ui/operations/run/remove', { dry_run: 'true', ...fields });
    t.equal(refused.status, 422);
    t.match(await refused.text(), message);
  }

  const number = await planOn(app, { source: 'published' });
  const { html } = await app.page(`/plans/${number}`);
  t.match(textOf(html, 'h1'), /^Removal plan/);
  t.strictSame(figuresOf(html), ['Unchanged 12', 'Removed 72']);
  t.match(
    textOf(html, '[aria-labelledby="removed"]'),
    /^Removed 72 rows Removed Entry.*It works on my machine/,
  );
  t.match(
    textOf(html, '[aria-labelledby="apply"]'),
    /72 of 72 entries would be removed, 100%\. Allow a large removal \(over 20%\)/,
  );
  const apply = { plan: tokenOf(html), ...confirmed };
  const unconfirmed = await app.submit(`/ui/plans/${number}/apply`, {
    plan: apply.plan,
    reason: '',
    confirm: '',
  });
  const wanted = await unconfirmed.text();
  t.equal(unconfirmed.status, 422);
  for (const message of [
    'Type remove to confirm.',
    'Tick “Allow a large removal (over 20%)” to apply this plan.',
  ])
    t.match(wanted, message);

  const applied = await app.submit(`/ui/plans/${number}/apply`, { ...apply, allow_removals: 'true' });
  t.equal(applied.headers.get('location'), `/jobs/${number + 1}`);
  const removed = await app.whenJob(number + 1);
  t.match(removed, { status: 'succeeded', result: { removed: 72, categories: 12, can_undo: true } });
  t.match((await app.json('/api/v1/index')).body, { entries: 0 });
  const { html: without } = await app.page('/ui/operations/remove/confirm');
  t.strictSame(optionsOf(without, 'source'), ['None', 'published (0 entries)', 'review (0 entries)']);
  t.match(optionsOf(without, 'category')[1], '(0 entries)');
  const { html: job } = await app.page(`/jobs/${number + 1}`);
  t.match(textOf(job, '[aria-labelledby="h-undo"]'), /Undo this removal…/);
  t.match((await app.json(`/ui/jobs/${number + 1}/notice`)).body, {
    undo: { fields: { job: String(number + 1) } },
  });

  t.match(await app.run('undo', { job: String(number + 1) }), { result: { added: 72 } });
  t.equal(hashOf(app), full);
  const undone = await app.page(`/jobs/${number + 1}`);
  t.match(textOf(undone.html, '[aria-labelledby="h-undo"]'), `Removal #${number + 1} was already undone`);
});

t.test('a category with an entry that is local only stays, and its plan says so', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  const unknown = await app.json('/api/v1/operations/remove', { args: { category: 'XXX', dry_run: true } });
  t.match(unknown, { status: 422, body: { error: { message: /^Category: choose one of API, / } } });
  app.library.exec(`UPDATE experiences SET sync_status = 2
    WHERE id = (SELECT min(id) FROM experiences WHERE category_code = 'GIT')`);

  const number = await planOn(app, { category: 'GIT' });
  const { html } = await app.page(`/plans/${number}`);
  t.strictSame(figuresOf(html), ['Unchanged 77', 'Removed 5', 'Left alone 2']);
  const left = textOf(html, '[aria-labelledby="left_alone"]');
  t.match(left, /2 rows, not touched by this plan/);
  t.match(left, /It is marked local only, so it stays\./);
  t.match(left, /Version control GIT · category It has 1 entry that stays\./);
  const [rows] = (await app.json(`/api/v1/plans/${number}/rows?outcome=removed&tab=Manuals`)).body.items;
  t.match(rows, { tab: 'Manuals', category: 'GIT' });

  app.library.exec(`UPDATE experiences SET author = 'Eve' WHERE id = (SELECT max(id) FROM experiences)`);
  const before = hashOf(app);
  const outdated = await app.submit(`/ui/plans/${number}/apply`, { plan: tokenOf(html), ...confirmed });
  t.equal(outdated.status, 409);
  t.match(await outdated.text(), 'The library has changed since this plan was made.');
  t.equal(hashOf(app), before);
  const removed = await app.run('remove', { category: 'GIT' });
  t.match(removed.result, { removed: 5, left_alone: 2, categories: 12 });
  const { body } = await app.json(`/api/v1/operations/jobs/${removed.number}/rows`);
  t.match(body.items, [{ outcome: 'left alone' }, { ref: 'Categories!GIT', outcome: 'left alone' }]);
});
