// Every page, with its dialogs: nothing to scroll sideways at four widths, and nothing for axe to find in either theme,
// wide in one and narrow in the other.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { accessProblems, browserTest, overflowOf } from '../support/browser.ts';

const views = [
  { width: 1440, axeIn: 'light' },
  { width: 1024 },
  { width: 320 },
  { width: 390, axeIn: 'dark' },
] as const;

/** Another page is another line here; `open` does what shows the place after the page has come. */
const places: { name: string; address: string; open?: (page: Page) => Promise<unknown> }[] = [
  { name: 'the dashboard', address: '/operations' },
  {
    name: 'the import dialog',
    address: '/operations',
    open: (page) => openDialog(page, '#op-import', 'Import…'),
  },
  {
    name: 'the options of an export',
    address: '/operations',
    open: (page) => openDialog(page, '#op-export', 'Options…'),
  },
  { name: 'the list of jobs', address: '/jobs' },
  { name: 'a search with terms that are wrong', address: '/jobs?status=failed&q=import+since:never' },
  { name: 'a list that is empty', address: '/jobs?q=nothing-has-this' },
  {
    name: 'the dialog for many jobs',
    address: '/jobs',
    open: (page) => openDialog(page, '#h-jobs ~ .end', 'Retry the one matching…'),
  },
  { name: 'the outcome of many', address: '/jobs', open: cancelMany },
  { name: 'the keys', address: '/operations', open: openKeys },
  { name: 'a job', address: '/jobs/1' },
  { name: 'a failed job', address: '/jobs/3' },
  { name: 'what is found in a log', address: '/jobs/2?find=e' },
  { name: 'the library', address: '/library' },
  { name: 'hits', address: '/library?q=retry' },
  { name: 'a dialog as a page', address: '/ui/operations/import/confirm' },
  { name: 'an error', address: '/nothing' },
];

let app: TestApp | null = null;

browserTest('an empty dashboard has no barrier', async (t, open) => {
  const empty = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const page = await open(`${empty.origin}/operations`, { width: 390 });
  t.strictSame(await accessProblems(page), []);
});

for (const { name, address, open: show } of places) {
  browserTest(`${name} has no barrier in both themes and at four widths`, async (t, open) => {
    app ??= await startFilled();
    const page = await open(app.origin + address);
    if (show) await show(page);
    for (const { width, ...view } of views) {
      await page.setViewportSize({ width, height: 900 });
      t.ok((await overflowOf(page)) <= 0, `no sideways scroll at ${width}`);
      if (!('axeIn' in view)) continue;
      await page.emulateMedia({ colorScheme: view.axeIn });
      t.strictSame(await accessProblems(page), [], `${view.axeIn} at ${width}`);
    }
  });
}

async function openDialog(page: Page, place: string, label: string) {
  await page.locator(place).getByText(label).click();
  await page.locator('#dialog[open]').waitFor();
}

/** They have ended, so each is skipped. */
async function cancelMany(page: Page) {
  const outcome = await page.evaluate(
    "fetch('/ui/jobs/bulk', { method: 'POST', body: new URLSearchParams({ action: 'cancel', numbers: '1,3' }) }).then(({ url }) => url)",
  );
  await page.goto(String(outcome));
  await page.locator('#h-bulk').waitFor();
}

async function openKeys(page: Page) {
  await page.keyboard.press('?');
  await page.locator('#dialog[open]').waitFor();
}

/** A library with an index, and a job that failed. */
async function startFilled(): Promise<TestApp> {
  const filled = await startApp(t);
  await filled.run('import');
  await filled.run('index');
  const sheet = path.join(filled.root, 'sheets/bad');
  fs.mkdirSync(sheet);
  for (const tab of ['categories', 'experiences', 'manuals']) {
    fs.writeFileSync(path.join(sheet, `${tab}.csv`), 'no,such,columns\n');
  }
  await filled.run('import', { path: sheet });
  return filled;
}
