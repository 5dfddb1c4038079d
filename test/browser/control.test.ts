// A new user sets up a Google source, an embedding service and a token by clicks, and reads what to do when each is broken.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { tabs } from '../../src/sheets/tabs.ts';
import { startApp } from '../support/app.ts';
import { accessProblems, browserTest } from '../support/browser.ts';
import { refuse, startService } from '../support/embedding-service.ts';
import { bookId, googleSettings, startGoogle } from '../support/google.ts';
import { cellsOf, sheet } from '../support/library.ts';
import { makeFolder } from '../support/folder.ts';

browserTest('a key, a service and a token are set up by clicks, and say what is wrong', async (t, open) => {
  const google = await startGoogle(
    t,
    Object.fromEntries(tabs.map((tab) => [tab.name, cellsOf(sheet(), tab)])),
  );
  const { CHL_GOOGLE_KEY_FILE: keyFile = '', ...env } = googleSettings(t, google.address);
  const service = await startService(t);
  const app = await startApp(t, { env });
  const page = await open(`${app.origin}/settings`);
  const click = (role: 'link' | 'button', name: string, at = 0) =>
    page.getByRole(role, { name, exact: true }).nth(at).click();
  const reads = (selector: string, text: string | RegExp) =>
    page.locator(selector).getByText(text).first().waitFor();

  await click('link', 'Credentials');
  await page.setInputFiles('#file-google', writeKey(makeFolder(t), '{"installed":{}}'));
  await reads('#set-google', 'is the OAuth client of an application');
  await page.setInputFiles('#file-google', keyFile);
  await reads('#credentials-card', 'reader@chl-test.iam.gserviceaccount.com');
  await reads('[aria-labelledby="h-google"]', 'Passes');
  t.strictSame(await accessProblems(page), []);

  await addGoogleSource(page, app.origin);
  google.state.before = (call) => (call.includes('/v4/') ? { status: 403, message: 'no permission' } : null);
  await page.goto(`${app.origin}/settings/credentials`);
  await page.locator('#check-google').click();
  await reads('[aria-labelledby="h-google"]', /may not open the spreadsheet .* Share it with that address/);
  google.state.before = () => null;
  await page.locator('#check-google').click();
  await reads('[aria-labelledby="h-google"]', 'Team library: Categories, Experiences and Manuals.');

  await page.getByRole('link', { name: 'Settings' }).first().click();
  await click('link', 'Embedder');
  await page.getByRole('textbox', { name: 'Address' }).fill(service.url);
  await page.getByRole('textbox', { name: 'Model' }).fill('small');
  await click('button', 'Check these values');
  await reads('#embedder-form', /“library” came back as 4 numbers/);
  await click('button', 'Save');
  await reads('#embedder-card', 'small');
  service.misbehave = (_asked, response) => refuse(response, 401);
  await page.locator('#check-embedder').click();
  await reads('#embedder-card', /answers 401\. Check the key, under Settings, Credentials\./);
  t.strictSame(await accessProblems(page), []);

  await page.getByRole('link', { name: 'Settings' }).first().click();
  await click('link', 'Access');
  await page.getByRole('textbox', { name: 'Name' }).fill('mine');
  await page.getByRole('combobox', { name: 'Role' }).selectOption('admin');
  await click('button', 'Create token');
  const token = (await page.locator('#new-token').textContent()) ?? '';
  const other = await open(`${app.origin}/settings/credentials`, { expect: /401/ });
  await other.getByLabel('Access token').fill('chl_wrong');
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByText('This token is not known, or it was revoked.').waitFor();
  await other.getByLabel('Access token').fill(token);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await other.getByRole('heading', { name: 'Credentials' }).waitFor();
});

function writeKey(folder: string, content: string): string {
  const file = path.join(folder, 'client.json');
  fs.writeFileSync(file, content);
  return file;
}

async function addGoogleSource(page: Page, origin: string) {
  await page.goto(`${origin}/sources`);
  await page.locator('#add-source').click();
  await page.getByLabel('Name', { exact: true }).fill('team');
  await page.getByLabel('Kind').selectOption('google');
  await page.getByLabel('Place').fill(`https://docs.google.com/spreadsheets/d/${bookId}/edit`);
  await page.locator('#dialog-submit').click();
  await page.waitForURL('**/sources/team');
  await page.locator('#check-team').click();
  await page
    .getByText(/3 rows can be read/)
    .first()
    .waitFor();
}
