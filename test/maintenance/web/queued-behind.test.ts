// Runs that are queued behind a window: what the buttons say before, and the notice after.
import '../../support/plain-children.ts';
import t from 'tap';
import { levelWords } from '../../../src/window-store/level-words.ts';
import { levels } from '../../../src/window-store/window.ts';
import type { TestApp } from '../../support/app.ts';
import { experience, sheet, writeSheet } from '../../support/library.ts';
import { operationRow, textOf } from '../../support/screen.ts';
import { until } from '../../support/until.ts';
import { admin, run, startWithClock, wanted } from '../../support/windows.ts';

const waits = /It waits for maintenance, which ends 29 Nov 2026, \d\d:00 ?\./;

/** The notice after a form, as the next page shows it. */
async function noticeOf(app: TestApp, path: string, form: Record<string, string>): Promise<string> {
  const answer = await app.submit(path, form);
  t.equal(answer.status, 303, `${path}: ${answer.status}`);
  const cookie = answer.headers.getSetCookie().join('; ');
  return textOf((await app.page('/jobs', { cookie })).html, '#toasts');
}

t.test('the banner, the row and the button say the same at each level', async (t) => {
  const { app, windows } = await startWithClock(t);
  const expected = {
    announce: { row: /^Export (?!.*maintenance)/, button: 'Export', isLocked: false },
    frozen: { row: /Blocked by maintenance by ada/, button: 'Queue export', isLocked: false },
    drained: { row: /Blocked by maintenance by ada/, button: 'Queue export', isLocked: false },
    read_only: { row: /Refused during maintenance by ada/, button: 'Export', isLocked: true },
  };
  for (const level of levels) {
    const { id } = await windows.start(wanted(level), admin);
    const { html } = await app.page('/operations');
    const { row, button, isLocked } = expected[level];
    t.match(textOf(html, operationRow('export')), row, level);
    t.equal(textOf(html, '#run-export'), button, level);
    t.equal(html.querySelector('#run-export')?.hasAttribute('data-locked'), isLocked, level);
    t.ok(textOf(html, '#maintenance-banner').includes(levelWords[level].effect), level);
    await windows.end(id, admin);
  }
});

t.test('the notice of a run, an import and a plan names the window and its end', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { parts } = app;
  writeSheet(parts, sheet({ experiences: [experience({ id: 'EXP-1' })] }));
  await app.run('load');
  writeSheet(parts, sheet({ experiences: [experience({ id: 'EXP-1', title: 'Another title' })] }));
  const plan = await app.run('load', { dry_run: true });
  await windows.start(wanted('frozen'), admin);
  t.match(await noticeOf(app, '/ui/operations/run/export', { when_locked: 'wait' }), waits);
  t.match(await noticeOf(app, '/ui/sources/import', { from: 'source', source: 'published' }), waits);
  const { html } = await app.page(`/plans/${plan.number}`);
  const fields = html
    .querySelectorAll('form[action$="/apply"] input[type="hidden"]')
    .map((input) => [input.getAttribute('name') ?? '', input.getAttribute('value') ?? '']);
  const confirmed = { reason: 'a test needs it', confirm: 'import' };
  const applied = { ...Object.fromEntries(fields), ...confirmed };
  t.match(await noticeOf(app, `/ui/plans/${plan.number}/apply`, applied), waits);
});

t.test('the page of a bulk retry names the window that its new jobs wait for', async (t) => {
  const { app, windows } = await startWithClock(t);
  const { body } = await run(app, 'import');
  await app.whenJob(body.number, 'running');
  await app.submit(`/ui/jobs/${body.number}/cancel`, {});
  await app.whenJob(body.number);
  await windows.start(wanted('frozen'), admin);
  const form = { action: 'retry', numbers: String(body.number) };
  const place = (await app.submit('/ui/jobs/bulk', form)).headers.get('location') ?? '';
  const bulkRun = app.parts.bulk.find(place.split('/').at(-1) ?? '');
  await until(() => bulkRun.isOver);
  t.match(
    textOf((await app.page(place)).html, 'main'),
    /New jobs that maintenance holds back wait for its end, 29 Nov 2026, \d\d:00/,
  );
});

t.test('the pages of sources say that imports are held back, and until when', async (t) => {
  const { app, windows } = await startWithClock(t);
  const held = async (page: string) => textOf((await app.page(page)).html, '#imports-held');
  for (const page of ['/sources', '/sources/published']) t.equal(await held(page), '');
  for (const level of ['frozen', 'drained', 'read_only'] as const) {
    const { id } = await windows.start(wanted(level), admin);
    for (const page of ['/sources', '/sources/published'])
      t.match(
        await held(page),
        new RegExp(
          `^Imports and exports ${levelWords[level].runs} until the end of maintenance by ada, 29 Nov 2026, \\d\\d:00:00 ?: “the disk is moved”`,
        ),
        `${page} ${level}`,
      );
    await windows.end(id, admin);
  }
  await windows.start(wanted('announce'), admin);
  t.equal(await held('/sources'), '');
});
