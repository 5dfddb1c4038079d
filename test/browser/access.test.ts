// Dialogs, and pages in states that their address does not bring about, have no horizontal scroll and no accessibility
// violation.
import type { Page } from 'playwright-core';
import { backedUpAt, checkAccess, startFilled } from '../support/access.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { setName } from '../support/backups.ts';
import { accessProblems, browserTest } from '../support/browser.ts';
import { experience, sheet, writeSheet } from '../support/library.ts';

type Dialog = { name: string; open(page: Page): Promise<unknown> };

/** States besides the examples of features; `open` brings the loaded page into the state. */
const states: { name: string; address: string; open?: Dialog['open']; dialogs?: Dialog[] }[] = [
  {
    name: 'the dashboard',
    address: '/operations',
    dialogs: [
      { name: 'the import', open: (page) => page.locator('#op-import').getByText('Import…').click() },
      { name: 'the options', open: (page) => page.locator('#op-export').getByText('Options…').click() },
      { name: 'the keys', open: (page) => page.keyboard.press('?') },
    ],
  },
  {
    name: 'the list of jobs',
    address: '/jobs',
    dialogs: [{ name: 'many jobs', open: (page) => page.getByText('Retry the matching job…').click() }],
  },
  { name: 'the outcome of many', address: '/jobs', open: cancelMany },
  { name: 'a plan', address: '/jobs', open: makePlan },
  {
    name: 'a backup',
    address: `/backups/${setName(backedUpAt)}`,
    dialogs: [
      { name: 'its keeping', open: (page) => page.locator('#keep-backup').click() },
      { name: 'its removal', open: (page) => page.locator('#remove-backup').click() },
    ],
  },
  { name: 'an error', address: '/nothing' },
];

let app: TestApp | null = null;

browserTest('an empty dashboard is accessible', async (t, open) => {
  const empty = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const page = await open(`${empty.origin}/operations`, { width: 390 });
  t.strictSame(await accessProblems(page), []);
});

for (const { name, address, open: show, dialogs = [] } of states) {
  browserTest(`${name} is accessible`, async (t, open) => {
    app ??= await startFilled();
    const page = await open(app.origin + address);
    if (show) await show(page);
    await checkAccess(t, page, name);
    for (const dialog of dialogs) {
      await dialog.open(page);
      await page.locator('#dialog[open]').waitFor();
      await checkAccess(t, page, dialog.name, '#dialog');
      await page.keyboard.press('Escape');
    }
  });
}

/** Cancels jobs that have ended, so each is skipped. */
async function cancelMany(page: Page) {
  const outcome = await page.evaluate(
    "fetch('/ui/jobs/bulk', { method: 'POST', body: new URLSearchParams({ action: 'cancel', numbers: '1,3' }) }).then(({ url }) => url)",
  );
  await page.goto(String(outcome));
  await page.locator('#h-bulk').waitFor();
}

/** A plan with rows of each kind, and its form. */
async function makePlan(page: Page) {
  const experiences = [experience({ title: '' }), experience({ id: 'EXP-2' })];
  if (app) writeSheet(app.parts, sheet({ experiences }), 'sheets/plan');
  const job = await app?.run('import', { path: 'sheets/plan', dry_run: true });
  await page.goto(`${app?.origin}/plans/${job?.number}`);
  await page.locator('#apply').waitFor();
}
