// A new user drops a workbook, imports it, and finds an entry.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { experience, sheet, workbookOf } from '../support/library.ts';
import { hashLibrary } from '../support/undo.ts';
import { makeFolder } from '../support/folder.ts';

browserTest('a dropped workbook is found in four clicks, and a wrong one is taken back', async (t, open) => {
  const app = await startApp(t);
  const title = 'Pin the compiler before a release';
  const workbook = await workbookOf(sheet({ experiences: [experience({ title })] }));
  const page = await open(`${app.origin}/operations`);
  let clicks = 0;
  const click = (role: 'link' | 'button', name: string) => {
    clicks += 1;
    return page.getByRole(role, { name, exact: true }).click();
  };
  await click('link', 'Set up my sheet');
  await dropOn(page, 'library-november.xlsx', workbook);
  t.match(page.url(), /\/sources\?sheet=[0-9a-f]{8}$/);
  await click('button', 'Import and build the index');
  await page.waitForURL('**/jobs/1');
  await app.whenJob(2, 'succeeded');
  await click('link', 'Library');
  await page.fill('#q', 'pin the compiler');
  await click('button', 'Search');
  await page.locator('.hits').getByText(title).waitFor();
  t.ok(clicks <= 4, `${clicks} clicks`);

  const first = hashLibrary({ db: app.library });
  await click('link', 'Library');
  await click('link', 'Sources');
  const wrong = sheet({ experiences: [experience({ id: 'EXP-9' })], manuals: [] });
  await dropOn(page, 'wrong.xlsx', await workbookOf(wrong));
  await click('button', 'Make the plan');
  await page.locator('[aria-labelledby="removed"]').getByText(title).waitFor();
  await page.getByText('2 of 2 entries would be removed').waitFor();
  await click('link', 'Apply this plan…');
  await page.getByLabel('Allow a large removal (over 20%)').check();
  await decide(page, 'import', 'Apply: remove 2 entries');
  await app.whenJob(4, 'succeeded');
  t.not(hashLibrary({ db: app.library }), first);
  await click('button', 'Undo this import…');
  await page.getByText('What would change').waitFor();
  await decide(page, 'undo', 'Apply: remove 1 entry');
  await page.waitForURL('**/jobs/6');
  await app.whenJob(6, 'succeeded');
  t.equal(hashLibrary({ db: app.library }), first);
});

browserTest('the import dialog takes a file, shows it in the title, and plans', async (t, open) => {
  const app = await startApp(t);
  await app.run('import');
  const file = path.join(makeFolder(t), 'library.xlsx');
  fs.writeFileSync(file, await workbookOf(sheet()));
  const page = await open(`${app.origin}/operations`);
  await page.locator('#ask-import').click();
  await page.setInputFiles('#sheet-input', {
    name: 'notes.pdf',
    mimeType: 'text/plain',
    buffer: Buffer.from('x'),
  });
  await page.getByText('notes.pdf is not a workbook').waitFor();
  await page.setInputFiles('#sheet-input', file);
  await page.locator('#dialog-title').getByText('Plan the import of library.xlsx?').waitFor();
  await page.locator('#sheet-files').getByText('Remove').click();
  await page.locator('#dialog-title').getByText('Plan the import of the published sheet?').waitFor();
  await page.setInputFiles('#sheet-input', file);
  await page.locator('#dialog-title').getByText('Plan the import of library.xlsx?').waitFor();
  await page.locator('#dialog-submit').click();
  t.match(await app.whenJob(2), { args: { sheet_name: 'library.xlsx', dry_run: true }, status: 'succeeded' });
});

async function dropOn(page: Page, name: string, workbook: Buffer) {
  await page.locator('#sheet-files .drop').evaluate(drop, { name, bytes: [...workbook] });
  await page.locator('#sheet-files b').getByText(name).waitFor();
}

/** Gives the reason and the word that a plan asks for, and applies it. */
async function decide(page: Page, word: string, button: string) {
  await page.fill('#reason', 'a test needs it');
  await page.fill('#confirm', word);
  await page.getByRole('button', { name: button, exact: true }).click();
}

/** Runs in the page. */
function drop(zone: any, { name, bytes }: { name: string; bytes: number[] }) {
  const { DataTransfer, DragEvent, File } = globalThis as any;
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], name));
  for (const type of ['dragenter', 'dragover', 'drop'])
    zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}

browserTest('a form is sent only when its upload is complete', async (t, open) => {
  const app = await startApp(t);
  const page = await open(`${app.origin}/sources`);
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route('**/ui/sources/upload', (route) => released.then(() => route.continue()));
  await page.setInputFiles('#sheet-input', {
    name: 'library.xlsx',
    mimeType: 'application/octet-stream',
    buffer: await workbookOf(sheet()),
  });
  await page.getByRole('button', { name: 'Import and build the index' }).click();
  await page.getByText('Wait until the upload is complete').waitFor();
  release();
  await page.locator('#sheet-files b').getByText('library.xlsx').waitFor();
  await page.getByRole('button', { name: 'Import and build the index' }).click();
  await page.waitForURL('**/jobs/1');
});
