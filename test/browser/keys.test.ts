// Single-key shortcuts: their actions, their limits, and the switch.
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { defineOperation } from '../support/operations.ts';
import { jobRow } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

browserTest('keys navigate, focus and refresh', async (t, open) => {
  const app = await startApp(t, noop);
  await app.run('export');
  await app.run('export');
  const page = await open(`${app.origin}/operations`);
  const focused = () => page.evaluate('document.activeElement.getAttribute("href")');
  await page.keyboard.press('j');
  t.equal(await focused(), '/jobs/2');
  await page.keyboard.press('j');
  t.equal(await focused(), '/jobs/1');
  await page.keyboard.press('k');
  t.equal(await focused(), '/jobs/2');
  await page.keyboard.press('x');
  t.ok(await page.evaluate(`document.querySelector('${jobRow(2)} .act').contains(document.activeElement)`));
  await page.keyboard.press('t');
  t.equal(await page.getAttribute('html', 'data-theme'), 'light');
  const all = page.waitForResponse('**/ui/operations/index');
  await page.keyboard.press('r');
  await all;
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.waitForURL('**/library');
  await page.keyboard.press('/');
  t.equal(await page.evaluate('document.activeElement.id'), 'q');
  await page.keyboard.type('rhtg?');
  t.equal(await page.inputValue('#q'), 'rhtg?', 'a field receives them as text');
});

browserTest('? opens the list of keys, where they can be switched off permanently', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/operations`);
  await page.keyboard.press('?');
  await page.locator('#dialog[open]').getByText('Keyboard shortcuts').waitFor();
  await page.getByLabel('Single-key shortcuts').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('h');
  t.equal(await page.getByRole('button', { name: 'Hold updates' }).getAttribute('aria-pressed'), 'false');
  await page.reload();
  await page.keyboard.press('t');
  t.equal(await page.getAttribute('html', 'data-theme'), null);
});

browserTest('single keys never start or stop anything', async (t, open) => {
  const app = await startApp(t, {
    catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]),
  });
  await app.json('/api/v1/operations/chore', {});
  await app.whenJob(1, 'running');
  const page = await open(`${app.origin}/operations`);
  const posts: string[] = [];
  page.on('request', (request) => {
    if (request.method() !== 'GET') posts.push(request.url());
  });
  await page.keyboard.press('j');
  for (const key of 'abcdefhiklmnopqrstuvwxyz0123456789?/.,') {
    await page.keyboard.press(key);
    if ((await page.locator('dialog[open]').count()) > 0) await page.keyboard.press('Escape');
  }
  t.strictSame(posts, []);
  t.equal(app.parts.jobs.find('1').status, 'running');
});

browserTest('Tab reaches every control, the skip link first', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/operations`);
  await page.keyboard.press('Tab');
  t.equal(await page.evaluate('document.activeElement.className'), 'skip');
  await page.keyboard.press('Enter');
  t.equal(await page.evaluate('document.activeElement.id'), 'main');
  const missed =
    await page.evaluate(`[...document.querySelectorAll('a[href], button, input, select, summary')]
    .filter((control) => control.checkVisibility() && control.tabIndex < 0 && control.type !== 'hidden')
    .map((control) => control.outerHTML)`);
  t.strictSame(missed, []);
});
