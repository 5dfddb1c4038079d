// A new user drops a workbook, imports it, and finds an entry.
import fs from 'node:fs';
import path from 'node:path';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { experience, sheet, workbookOf } from '../support/library.ts';

browserTest('a dropped workbook is imported and found by search in four clicks', async (t, open) => {
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
  await page.locator('#sheet-files .drop').evaluate(drop, [...workbook]);
  await page.locator('#sheet-files b').getByText('library-november.xlsx').waitFor();
  t.match(page.url(), /\/sources\?sheet=[0-9a-f]{8}$/);
  await click('button', 'Import and build the index');
  await page.waitForURL('**/jobs/1');
  await app.whenJob(2, 'succeeded');
  await click('link', 'Library');
  await page.fill('#q', 'pin the compiler');
  await click('button', 'Search');
  await page.locator('.hits').getByText(title).waitFor();
  t.ok(clicks <= 4, `${clicks} clicks`);
});

browserTest('the import dialog takes a file, shows it in the title, and plans', async (t, open) => {
  const app = await startApp(t);
  await app.run('import');
  const file = path.join(t.testdir(), 'library.xlsx');
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

/** Runs in the page. */
function drop(zone: any, bytes: number[]) {
  const { DataTransfer, DragEvent, File } = globalThis as any;
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([new Uint8Array(bytes)], 'library-november.xlsx'));
  for (const type of ['dragenter', 'dragover', 'drop'])
    zone.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}
