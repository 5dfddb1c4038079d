// What a press of a button brings: one job, one notice to whoever pressed it, the focus where it was, a way back.
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { defineOperation } from '../support/operations.ts';
import { card, jobRow } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const sleeper = () => ({ catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]) });

browserTest(
  'a double click starts one job, and its tab alone is told once of its start and of its end',
  async (t, open) => {
    const app = await startApp(t, noop);
    const page = await open(`${app.origin}/operations`);
    const other = await open(`${app.origin}/operations`);
    await other.locator('#conn').getByText('Live').waitFor();
    const told = page.evaluate(`new Promise((resolve) => {
    const texts = [];
    new MutationObserver(() => {
      const text = document.getElementById('say').textContent;
      if (text) texts.push(text);
      if (text.includes('is done')) resolve(texts);
    }).observe(document.getElementById('say'), { childList: true });
  })`);
    await page.locator('#op-export').getByRole('button', { name: 'Export' }).dblclick();
    await page.locator('#toasts').getByText('Export library #1 is done').waitFor();
    t.equal(app.parts.listing.total(), 1);
    t.match(await told, [/#1 queued/, /#1 is done/], 'both are read out');

    await page.reload();
    await page.locator('#conn').getByText('Live').waitFor();
    await app.run('export');
    await page.locator(jobRow(2)).waitFor();
    t.equal(
      await page.locator('.toast').count(),
      0,
      'not again after a new connection, nor of a job of others',
    );
    t.equal(await other.locator('.toast').count(), 0, 'not in the tab of others');
  },
);

browserTest(
  'the end of a job is told on the next page and after the connection was lost',
  async (t, open) => {
    const app = await startApp(t, sleeper());
    const page = await open(`${app.origin}/operations`);
    await page.locator('#conn').getByText('Live').waitFor();
    await page.locator('#op-chore').getByRole('button', { name: 'Do' }).click();
    await page.locator('#toasts').getByText('Chore #1 queued.').waitFor();
    await page.goto(`${app.origin}/library`);
    await app.json('/api/v1/operations/jobs/1/cancel', {});
    await app.whenJob(1, 'cancelled');
    await page.goto(`${app.origin}/operations`);
    await page.locator('#toasts').getByText('Chore #1 is cancelled.').waitFor();
    t.pass('since it had not been told yet');
  },
);

browserTest(
  'the focus stays on the pressed button, and goes to the heading of the card when it is gone',
  async (t, open) => {
    const app = await startApp(t, sleeper());
    const page = await open(`${app.origin}/operations`);
    const focused = () => page.evaluate('document.activeElement.textContent.trim()');
    await page.locator(`${card.jobs} [id^="refresh-"]`).focus();
    const answer = page.waitForResponse('**/ui/operations/jobs');
    await page.keyboard.press('Enter');
    await answer;
    t.equal(await page.evaluate('document.activeElement.id'), 'refresh-ops-jobs-card');
    await page.locator('#op-chore').getByRole('button', { name: 'Do' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('#op-chore').getByText('Live log').waitFor();
    t.equal(await focused(), 'Run an operation');
    const cancel = page.locator('#op-chore').getByRole('link', { name: /Cancel…/ });
    await cancel.focus();
    await page.keyboard.press('Enter');
    await page.locator('#dialog[open]').waitFor();
    t.equal(await focused(), 'Keep running', 'the safe button has the focus');
    await page.keyboard.press('Enter');
    t.ok(await cancel.evaluate((link) => link === link.ownerDocument.activeElement), 'and then the opener');
    await page.keyboard.press('Enter');
    await page.locator('#dialog').getByRole('button', { name: 'Cancel chore' }).click();
    await app.whenJob(1, 'cancelled');
    await page.locator('#op-chore').getByText('Cancelled').waitFor();
    t.not(await page.evaluate('document.activeElement.tagName'), 'BODY');
  },
);

browserTest(
  'what replaces the library wants a reason and its name, here and on the server',
  async (t, open) => {
    const app = await startApp(t, noop);
    const page = await open(`${app.origin}/operations`);
    await page.locator('#op-import').getByText('Import…').click();
    const submit = page.locator('#dialog-submit');
    t.equal(await page.evaluate('document.activeElement.id'), 'reason');
    t.equal(await submit.getAttribute('aria-disabled'), 'true');
    await page.keyboard.type('monthly');
    await page.keyboard.press('Enter');
    t.equal(await page.evaluate('document.activeElement.id'), 'confirm', 'Enter leads to what is missing');
    await page.keyboard.type('import');
    t.equal(await submit.getAttribute('aria-disabled'), null);
    await submit.click();
    await page.locator('#toasts').getByText('Import spreadsheet #1 is done').waitFor();
    t.equal(app.parts.jobs.find('1').reason, 'monthly');
  },
);

browserTest('what failed is told until it is dismissed, at once and with its cause', async (t, open) => {
  const app = await startApp(t, {
    catalogue: createCatalogue([defineOperation({ child: 'fails' })]),
  });
  const page = await open(`${app.origin}/operations`, { hasTestClock: true });
  await page.locator('#conn').getByText('Live').waitFor();
  await page.locator('#op-chore').getByRole('button', { name: 'Do' }).click();
  const toast = page.locator('.toast', { hasText: 'Chore #1 failed' });
  await toast.waitFor();
  await page.clock.runFor(100);
  t.match(await page.locator('#say-now').textContent(), /Chore #1 failed/);
  await page.clock.runFor(60_000);
  t.equal(await page.locator('.toast').count(), 1, 'the other one is gone');
  await page.keyboard.press('Escape');
  t.equal(await toast.count(), 0);
});

browserTest('a success stays while it is pointed at or the page is not seen', async (t, open) => {
  const app = await startApp(t, sleeper());
  const page = await open(`${app.origin}/operations`, { hasTestClock: true });
  await page.locator('#op-chore').getByRole('button', { name: 'Do' }).click();
  const toast = page.locator('.toast');
  await toast.hover();
  await page.clock.runFor(20_000);
  t.equal(await toast.count(), 1, 'pointed at');
  await page.mouse.move(0, 0);
  await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
  await page.clock.runFor(20_000);
  t.equal(await toast.count(), 1, 'not seen');
  await page.evaluate('delete document.hidden');
  await page.clock.runFor(7000);
  t.equal(await toast.count(), 0);
});

browserTest('a lost server is told at once, and nothing is sent twice by itself', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/operations`);
  await app.close();
  await page.locator('#op-export').getByRole('button', { name: 'Export' }).click();
  await page.locator('#toasts').getByText('No answer from the server.').waitFor();
  t.equal(await page.locator('[aria-busy="true"]').count(), 0);
});

browserTest('a card that cannot be loaded says so in its place, and comes back', async (t, open) => {
  const app = await startApp(t, noop);
  const { counts } = app.parts;
  const { totals } = counts;
  counts.totals = () => {
    throw new Error('the database is away');
  };
  const page = await open(`${app.origin}/operations`, { expect: /(status of|Code) 500/ });
  const place = page.locator(card.queue);
  await place.getByText('This card could not be loaded').waitFor();
  t.match(await place.locator('code').textContent(), /^[0-9a-f]{8}$/, 'with the number of the request');
  t.ok(await page.locator('#op-import').isVisible(), 'the others are there');
  await place.getByRole('link', { name: /Refresh/ }).click();
  await place.getByText('This card could not be loaded').waitFor();
  counts.totals = totals;
  await place.getByRole('link', { name: /Refresh/ }).click();
  await place.getByRole('heading', { name: 'Embedding queue' }).waitFor();
});
