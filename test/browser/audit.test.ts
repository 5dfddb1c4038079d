// The audit log as people search it: by keyboard, page by page, from a row to its job and back.
import fs from 'node:fs';
import { startApp } from '../support/app.ts';
import { addRow } from '../support/audit.ts';
import { browserTest } from '../support/browser.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

browserTest('rows are found by keyboard, and Back keeps the filters', async (t, open) => {
  const app = await startApp(t, noop);
  await app.run('export');
  for (let row = 0; row < 120; row++) addRow(app, { reason: 'monthly numbers' });
  const page = await open(`${app.origin}/audit`);
  await page.keyboard.press('/');
  t.equal(await page.evaluate('document.activeElement.id'), 'audit-q');
  await page.keyboard.type('monthly');
  await page.keyboard.press('Tab');
  await page.keyboard.type('Settings');
  await page.keyboard.press('Tab');
  await page.keyboard.type('ada');
  await page.keyboard.press('Enter');
  await page.waitForURL(/q=monthly/);
  const filtered = page.url();
  t.match(filtered, /event=settings[a-z.]*&actor=ada/);
  const first = await page.locator('tbody tr').first().getAttribute('id');
  await page.getByRole('link', { name: 'Older' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/before=/);
  t.not(await page.locator('tbody tr').first().getAttribute('id'), first);
  t.equal(await page.inputValue('#audit-q'), 'monthly', 'the next page has the same filters');
  await page.goBack();
  await page.waitForURL(filtered);
  t.equal(await page.locator('tbody tr').first().getAttribute('id'), first);
  t.equal(await page.inputValue('#audit-actor'), 'ada');
});

browserTest('a row leads to its job and back, and the rows that are shown download', async (t, open) => {
  const app = await startApp(t, noop);
  await app.run('export');
  const page = await open(`${app.origin}/audit?event=jobs`);
  const row = page.locator('tbody tr', { hasText: '#1' }).first();
  await row.locator('summary').focus();
  await page.keyboard.press('Enter');
  await row.getByText('job.', { exact: false }).first().waitFor();
  await row.locator('a[href="/jobs/1"]').click();
  await page.waitForURL('**/jobs/1');
  await page.goBack();
  await page.waitForURL('**/audit?event=jobs');
  t.match(await page.inputValue('#audit-event'), 'jobs');

  for (const { name, begins } of [
    { name: /CSV/, begins: /^\ufeff?"?id/ },
    { name: /JSON lines/, begins: /^\{"id":/ },
  ]) {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name }).click(),
    ]);
    const text = fs.readFileSync(await download.path(), 'utf8');
    t.match(text, begins, download.suggestedFilename());
    t.match(text, /job\./);
    t.notMatch(text, /server\./, 'other rows are left out');
  }
});
