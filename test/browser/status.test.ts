// A new reader finds the way from a banner to the cause and the fix, by clicks only.
import { systemRequester } from '../../src/core/audit.ts';
import { startApp } from '../support/app.ts';
import { accessProblems, browserTest } from '../support/browser.ts';
import { startService } from '../support/embedding-service.ts';
import { addCategory, addExperience } from '../support/entries.ts';

browserTest('from the banner of a stopped embedding service to its cause and back', async (t, open) => {
  const service = await startService(t);
  const env = { CHL_EMBEDDING_URL: service.url, CHL_EMBEDDING_MODEL: 'a-model', CHL_WORKERS: '1' };
  const app = await startApp(t, { env });
  const page = await open(`${app.origin}/operations`);
  await service.stop();
  addCategory(app.library, 'GEN');
  addExperience(app.library, 'one');
  await app.parts.telemetry.runOnce();
  const banner = page.locator('#ops-banners', { hasText: 'the embedding service does not answer' });
  await banner.waitFor();
  await banner.getByText('All checks').first().click();
  await page.locator('.banner.bad', { hasText: 'Nothing is embedded' }).waitFor();
  await page.getByRole('navigation').getByText('Status').first().click();
  await page.locator('#needs-card', { hasText: 'Embedder' }).waitFor();
  t.match(await page.locator('#component-embedder').innerText(), /Error/);
  t.match(await page.locator('#figure-links_answering').innerText(), /does not answer/);
  t.strictSame(await accessProblems(page), []);
  await page.locator('#needs-card').getByText('Embedder').first().click();
  t.match(page.url(), /\/checks#finding-\d+$/);
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
