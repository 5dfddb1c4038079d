// A new reader finds the way from a banner to the cause and the fix, by clicks only.
import { systemRequester } from '../../src/core/audit.ts';
import { startApp } from '../support/app.ts';
import { accessProblems, browserTest } from '../support/browser.ts';
import { startService } from '../support/embedding-service.ts';
import { addCategory, addExperience } from '../support/entries.ts';

browserTest('from the banner of a stopped embedding service to its repair', async (t, open) => {
  const service = await startService(t);
  const env = { CHL_EMBEDDING_URL: service.url, CHL_EMBEDDING_MODEL: 'a-model', CHL_WORKERS: '1' };
  const app = await startApp(t, { env });
  const page = await open(`${app.origin}/operations`);
  await service.stop();
  addCategory(app.library, 'GEN');
  addExperience(app.library, 'one');
  await app.parts.telemetry.runOnce();
  await page
    .locator('#ops-banners', { hasText: 'the embedding service does not answer' })
    .getByText('All checks')
    .first()
    .click();
  const finding = page.locator('.banner.bad', { hasText: 'Nothing is embedded' });
  await finding.waitFor();

  await page.getByRole('navigation').getByText('Status').first().click();
  await page.locator('#needs-card', { hasText: 'Embedder' }).waitFor();
  t.match(await page.locator('#component-embedder').innerText(), /Error/);
  t.match(await page.locator('#figure-links_answering').innerText(), /does not answer/);
  t.strictSame(await accessProblems(page), []);
  await page.locator('#needs-card').getByText('Embedder').first().click();
  t.match(page.url(), /\/checks#finding-\d+$/);

  await finding.getByText('Open incident…').click();
  await page.locator('#dialog-submit').click();
  await page.waitForURL('**/incidents/1');
  t.strictSame(await accessProblems(page), []);
  await page.locator('#start-runbook').click();
  await page.waitForURL('**/runs/1');
  t.strictSame(await accessProblems(page), []);
  const step = (n: number) => page.locator('.step').nth(n - 1);
  const tick = async (n: number) => {
    await step(n).getByRole('checkbox').click();
    await step(n)
      .getByText(/^Done /)
      .waitFor();
  };
  await tick(1);
  await service.startAgain();
  for (const n of [2, 3, 4]) await tick(n);
  await step(5).getByText(/^Run…/).click();
  await page.locator('#dialog-submit').click();
  await step(5)
    .getByText(/^Done /)
    .waitFor();
  await tick(6);
  await page.locator('#finish-run').click();
  await page.getByText('Done', { exact: true }).first().waitFor();

  await page.getByText('incident #1', { exact: true }).click();
  await page.locator('.tline', { hasText: 'Finding cleared' }).waitFor();
  await page.getByText('Close…').first().click();
  await page.locator('#resolution').fill('The service was started again.');
  await page.locator('#dialog-submit').click();
  await page.locator('h1', { hasText: 'Closed' }).waitFor();
  await page.getByRole('navigation').getByText('Operations').first().click();
  await page.locator('#news', { hasText: 'Incident #1' }).waitFor();
  t.equal(await page.locator('#ops-banners .banner.bad').count(), 0);
});

browserTest('news arrives live and is seen with one click', async (t, open) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const page = await open(`${app.origin}/operations`);
  const detail = { transition: 'first', severity: 'error', title: 'The sheet cannot be opened' };
  const row = { event: 'finding.opened', target: 'finding:77', by: systemRequester, detail };
  app.audit.record({ ...row, outcome: 'ok' });
  const news = page.locator('#news .line-card');
  await news.waitFor();
  t.match(await news.innerText(), 'The sheet cannot be opened');
  t.strictSame(await accessProblems(page), []);
  await page.locator('#news-seen').click();
  await news.waitFor({ state: 'detached' });
  const focused = await page.evaluate('document.activeElement.tagName');
  t.not(focused, 'BODY', 'the focus is kept');
});
