// Pressing a button starts one job, shows one notice in its tab, and keeps the focus.
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp } from '../support/app.ts';
import { addBackup } from '../support/backups.ts';
import { accessProblems, browserTest } from '../support/browser.ts';
import { defineDestructive, defineOperation } from '../support/operations.ts';
import { as, startWithRoles } from '../support/roles.ts';
import { card, jobRow } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const sleeper = () => ({ catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]) });

browserTest(
  'a double click starts one job, and only its tab shows one notice of the start and one of the end',
  async (t, open) => {
    const app = await startApp(t, noop);
    const page = await open(`${app.origin}/operations`);
    const other = await open(`${app.origin}/operations`);
    await other.locator('#conn').getByText('Live').waitFor();
    const announced = page.evaluate(`new Promise((resolve) => {
    const texts = [];
    new MutationObserver(() => {
      const text = document.getElementById('say').textContent;
      if (text) texts.push(text);
      if (text.includes('is done')) resolve(texts);
    }).observe(document.getElementById('say'), { childList: true });
  })`);
    await page.locator('#op-export').getByRole('button', { name: 'Export' }).dblclick();
    const ended = page.locator('.toast', { hasText: 'Export library #1 is done' });
    await ended.waitFor();
    t.equal(await ended.getByRole('link', { name: 'Open #1' }).getAttribute('href'), '/jobs/1');
    t.equal(app.parts.listing.total(), 1);
    t.match(await announced, [/#1 queued/, /#1 is done/], 'both are announced');

    await page.reload();
    await page.locator('#conn').getByText('Live').waitFor();
    await app.run('export');
    await page.locator(jobRow(2)).waitFor();
    t.equal(
      await page.locator('.toast').count(),
      0,
      'neither again after a reconnect, nor for a job of another tab',
    );
    t.equal(await other.locator('.toast').count(), 0, 'not in another tab');
  },
);

browserTest('the end of a job is shown on the next page, and after a lost connection', async (t, open) => {
  const app = await startApp(t, sleeper());
  const page = await open(`${app.origin}/operations`);
  await page.locator('#conn').getByText('Live').waitFor();
  await page.locator('#op-chore').getByRole('button', { name: 'Do' }).click();
  await page.locator('#toasts').getByText('Chore #1 queued.').waitFor();
  await page.goto('about:blank');
  await app.json('/api/v1/operations/jobs/1/cancel', {});
  await app.whenJob(1, 'cancelled');
  await page.goto(`${app.origin}/operations`);
  await page.locator('#toasts').getByText('Chore #1 was cancelled.').waitFor();
  t.pass('because it had not been shown yet');
});

browserTest(
  'the focus stays on the pressed button, and moves to the heading of the card when the button is removed',
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
    t.ok(
      await cancel.evaluate((link) => link === link.ownerDocument.activeElement),
      'then the button that opened the dialog',
    );
    await page.keyboard.press('Enter');
    await page.locator('#dialog').getByRole('button', { name: 'Cancel chore' }).click();
    await app.whenJob(1, 'cancelled');
    await page.locator('#op-chore').getByText('Cancelled').waitFor();
    t.not(await page.evaluate('document.activeElement.tagName'), 'BODY');
  },
);

browserTest('an action from a dialog closes it, shows the outcome, and keeps the focus', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/caches`);
  const focused = () => page.evaluate('document.activeElement.id');
  const isClosed = () => page.locator('#dialog:not([open])').waitFor({ state: 'attached' });
  for (const [address, entries] of [
    ['/caches', '#cache-templates [data-l="Entries"]'],
    ['/caches/templates', '#cache dd'],
  ] as const) {
    await page.goto(app.origin + address);
    const before = await page.locator(entries).first().textContent();
    await page.locator('#flush-templates').click();
    await page.locator('#reason').fill('a test needs it');
    const refreshed = page.waitForResponse(/\/ui\/caches\/(list|templates)$/);
    await page.locator('#dialog-submit').click();
    await page.locator('#toasts').getByText('Cache templates flushed.').waitFor();
    await (await refreshed).finished();
    await isClosed();
    t.equal(await focused(), 'flush-templates');
    await page.waitForFunction(
      `document.querySelector(${JSON.stringify(entries)}).textContent !== ${JSON.stringify(before)}`,
    );
  }

  const { id } = addBackup(app, '2026-11-28T02:00:00.000Z');
  await page.goto(`${app.origin}/backups/${id}`);
  await page.locator('#keep-backup').click();
  await page.getByLabel('Note, shown in the list').fill('ask Anna');
  await page.locator('#dialog-submit').click();
  await page.locator('#release-backup').waitFor();
  await isClosed();
  await page.locator('main [tabindex="-1"]:focus').first().waitFor();
  await page.getByText('ask Anna').waitFor();
  await page.locator('#release-backup').focus();
  await page.keyboard.press('Enter');
  await page.locator('#keep-backup').waitFor();
  await page.locator('main [tabindex="-1"]:focus').first().waitFor();
});

browserTest('a destructive run requires a reason and its typed word', async (t, open) => {
  const app = await startApp(t, { ...noop, catalogue: createCatalogue([defineDestructive()]) });
  const page = await open(`${app.origin}/operations`);
  await page.locator('#op-wipe').getByText('Do…').click();
  const submit = page.locator('#dialog-submit');
  t.equal(await page.evaluate('document.activeElement.id'), 'reason');
  t.equal(await submit.getAttribute('aria-disabled'), 'true');
  await page.keyboard.type('monthly');
  await page.keyboard.press('Enter');
  t.equal(await page.evaluate('document.activeElement.id'), 'confirm', 'Enter focuses the missing field');
  await page.keyboard.type('wipe');
  t.equal(await submit.getAttribute('aria-disabled'), null);
  await submit.click();
  await page.locator('#toasts').getByText('Chore #1 is done').waitFor();
  t.equal(app.parts.jobs.find('1').reason, 'monthly');
});

browserTest('a failure is announced at once, and its notice stays until it is dismissed', async (t, open) => {
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
  t.equal(await page.locator('.toast').count(), 1, 'the notice of the start is gone');
  await page.keyboard.press('Escape');
  t.equal(await toast.count(), 0);
});

browserTest(
  'the notice of a success stays while the pointer is on it or the page is hidden',
  async (t, open) => {
    const app = await startApp(t, sleeper());
    const page = await open(`${app.origin}/operations`, { hasTestClock: true });
    await page.locator('#op-chore').getByRole('button', { name: 'Do' }).click();
    const toast = page.locator('.toast');
    await toast.hover();
    await page.clock.runFor(20_000);
    t.equal(await toast.count(), 1, 'with the pointer on it');
    await page.mouse.move(0, 0);
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    await page.clock.runFor(20_000);
    t.equal(await toast.count(), 1, 'while hidden');
    await page.evaluate('delete document.hidden');
    await page.clock.runFor(7000);
    t.equal(await toast.count(), 0);
  },
);

browserTest('a lost server is reported at once, and the request is not repeated', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/operations`);
  await app.close();
  await page.locator('#op-export').getByRole('button', { name: 'Export' }).click();
  const notice = page.locator('#toasts').getByText('No answer from the server.');
  await notice.waitFor();
  t.equal(await page.locator('[aria-busy="true"]').count(), 0);
  await page.evaluate(`new Promise((failed) => {
    document.addEventListener('htmx:sendError', failed, { once: true });
    htmx.trigger('#news', 'sse:news');
  })`);
  t.equal(await notice.count(), 1, 'an automatic request is not reported');
});

browserTest(
  'a card that cannot be loaded is replaced by an error, and returns after a refresh',
  async (t, open) => {
    const app = await startApp(t, noop);
    const { counts } = app.parts;
    const { totals } = counts;
    counts.totals = () => {
      throw new Error('the database is away');
    };
    const page = await open(`${app.origin}/operations`, { expect: /(status of|Code) 500/ });
    const failed = page.locator(card.queue);
    await failed.getByText('This card could not be loaded').waitFor();
    t.match(await failed.locator('code').textContent(), /^[0-9a-f]{8}$/, 'with the id of the request');
    t.ok(await page.locator('#op-import').isVisible(), 'the others are shown');
    await failed.getByRole('link', { name: /Refresh/ }).click();
    await failed.getByText('This card could not be loaded').waitFor();
    counts.totals = totals;
    await failed.getByRole('link', { name: /Refresh/ }).click();
    await failed.getByRole('heading', { name: 'Embedding queue' }).waitFor();
  },
);

browserTest('a control beyond one’s role has the focus, says why, and sends nothing', async (t, open) => {
  const app = await startWithRoles(t);
  const page = await open(`${app.origin}/livez`);
  await page.setExtraHTTPHeaders(as('viewer'));
  await page.goto(`${app.origin}/operations`);
  const sent: string[] = [];
  page.on('request', (request) => {
    if (/\/ui\/operations\/(run|\w+\/confirm)/.test(request.url())) sent.push(request.url());
  });
  const button = page.locator('#run-export');
  await button.focus();
  await page.keyboard.press('Enter');
  const why = 'Needs an operator; you are a viewer.';
  await page.locator('#toasts').getByText(why).waitFor();
  t.ok(await button.evaluate((one) => one.matches(':focus')));
  await page.locator('#ask-import').focus();
  await page.keyboard.press('Enter');
  await page.locator('#toasts').getByText(why).nth(1).waitFor();
  t.strictSame(sent, []);
  t.strictSame(await accessProblems(page), []);
});
