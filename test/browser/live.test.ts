// Live updates never disturb the operator, deferred updates catch up, and the page shows how fresh it is.
import type { Page } from 'playwright-core';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp, type TestApp, untilStreams } from '../support/app.ts';
import { browserTest, type OpenPage } from '../support/browser.ts';
import { defineDestructive, defineOperation } from '../support/operations.ts';
import { card, jobRow } from '../support/screen.ts';
import { openStream } from '../support/stream.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const pill = '#conn';
const heldText = `${card.jobs} .held`;

browserTest(
  'a field in a card is untouched while in use, and the card catches up afterwards',
  async (t, open) => {
    const { app, page } = await openLive(t, open);
    await addField(page, '<input id="probe">');
    await page.locator('#probe').pressSequentially('abc');
    await page.keyboard.press('ArrowLeft');
    for (let turn = 0; turn < 3; turn += 1) {
      await changeJobs(app, page);
      await page.keyboard.type('x');
    }
    t.equal(await page.locator('#probe').inputValue(), 'abxxxc', 'text and caret');
    t.ok(await page.locator(heldText).isVisible(), 'the card shows that it waits');
    t.equal(await page.locator(jobRow(1)).count(), 0);
    await page.locator('h1').click();
    await changeJobs(app, page);
    t.equal(await page.locator(jobRow(1)).count(), 0, 'an edited field that was not sent is kept, too');
    await page.locator('#probe').fill('');
    await page.locator('#probe').blur();
    await page.locator(jobRow(4)).waitFor();
    t.notOk(await page.locator(heldText).isVisible());
  },
);

browserTest('the drain field keeps text, caret and focus during frequent updates', async (t, open) => {
  const { app, page } = await openLive(t, open);
  const field = page.locator('[name="timeout_sec"]');
  await field.fill('');
  for (const digit of '120') {
    await page.keyboard.type(digit);
    await changeJobs(app, page);
  }
  t.equal(await field.inputValue(), '120');
  t.equal(await page.evaluate('document.activeElement.name'), 'timeout_sec');
  await page.locator(jobRow(3)).waitFor();
  t.pass('and the cards around it were updated');
});

browserTest(
  'a list with a ticked job says how many newer jobs wait, and shows them afterwards',
  async (t, open) => {
    const app = await startApp(t, noop);
    await app.run('export');
    const page = await open(`${app.origin}/jobs`);
    await page.locator(pill).getByText('Live').waitFor();
    await page.locator(`${jobRow(1)} input[name="number"]`).check();
    await app.run('export');
    await page.getByText('1 newer job, shown when you are done').waitFor();
    t.equal(await page.locator(jobRow(2)).count(), 0, 'the rows stay as they are');
    await app.run('export');
    await page.getByText('2 newer jobs, shown when you are done').waitFor();
    await page.locator(`${jobRow(1)} input[name="number"]`).uncheck();
    await page.locator('h1').click();
    await page.locator(jobRow(3)).waitFor();
    t.notOk(await page.locator('.held').first().isVisible());
  },
);

browserTest('the log with open details says how many newer lines wait, as does the pill', async (t, open) => {
  const app = await startApp(t, noop);
  app.log.warn({ detail: 1 }, 'the first');
  const page = await open(`${app.origin}/log`);
  await page.locator(pill).getByText('Live').waitFor();
  await page.locator('details[data-holds] summary').first().click();
  app.log.warn({ detail: 2 }, 'the second');
  await page.getByText('1 newer line, shown when you are done').waitFor();
  await page.locator(pill).getByText('updates held').waitFor();
  t.equal(await page.getByText('the second').count(), 0);
  app.log.warn({ detail: 3 }, 'the third');
  await page.getByText('2 newer lines, shown when you are done').waitFor();
  await page.locator('details[data-holds] summary').first().click();
  await page.getByText('the third').waitFor();
  await page.locator(pill).getByText('updated').waitFor();
});

browserTest('a list keeps a choice, and without one the card goes on', async (t, open) => {
  const { app, page } = await openLive(t, open);
  await addField(page, '<select id="probe"><option>one</option><option>two</option></select>');
  await page.locator('#probe').selectOption('two');
  await page.locator('h1').click();
  await changeJobs(app, page);
  t.equal(await page.locator('#probe').inputValue(), 'two');
  await page.locator('#probe').selectOption('one');
  await page.locator(jobRow(1)).waitFor();
  t.pass('the first option is the default');
});

browserTest('a chosen file, a selection and a pressed pointer are kept', async (t, open) => {
  const { app, page } = await openLive(t, open);
  await addField(page, '<input type="file" id="probe">');
  const file = { name: 'sheet.csv', mimeType: 'text/csv', buffer: Buffer.from('a,b') };
  await page.locator('#probe').setInputFiles(file);
  await changeJobs(app, page);
  t.equal(await page.evaluate('probe.files[0].name'), 'sheet.csv');
  await page.locator('#probe').setInputFiles([]);
  await page.locator(jobRow(1)).waitFor();

  await page.evaluate(`getSelection().selectAllChildren(document.querySelector('${jobRow(1)} .name'))`);
  const selected = await page.evaluate('String(getSelection())');
  await changeJobs(app, page);
  t.equal(await page.evaluate('String(getSelection())'), selected);
  await page.evaluate('getSelection().removeAllRanges()');
  await page.locator(jobRow(2)).waitFor();

  const link = page.locator(`${jobRow(2)} .name`);
  await link.hover();
  await page.mouse.down();
  await changeJobs(app, page);
  t.equal(await page.locator(jobRow(3)).count(), 0);
  await page.mouse.up();
  await page.waitForURL('**/jobs/2');
  t.pass('the click is not lost');
});

browserTest('an open dialog keeps its typed text, and holds the card that opened it', async (t, open) => {
  const catalogue = createCatalogue([defineDestructive(), defineOperation({ name: 'chore' })]);
  const { app, page } = await openLive(t, open, {}, { catalogue });
  await page.locator('#op-wipe').getByText('Do…').click();
  await page.locator('#reason').pressSequentially('mon');
  await app.run('chore');
  await page.locator(`${card.controls}[data-held]`).waitFor();
  await page.locator('#reason').pressSequentially('thly');
  t.equal(await page.locator('#reason').inputValue(), 'monthly');
  await page.keyboard.press('Escape');
  await page.locator('#op-chore').getByText('Done').waitFor();
  t.match(await page.evaluate('document.activeElement.textContent'), 'Do…', 'the focus is back');
});

browserTest('Hold stops updates of all cards until it ends; R refreshes them once', async (t, open) => {
  const { app, page } = await openLive(t, open);
  await page.keyboard.press('h');
  await page.locator(pill).getByText('Held').waitFor();
  await changeJobs(app, page, 2);
  t.equal(await page.locator(jobRow(1)).count(), 0);
  t.equal(await page.locator('[data-held]').count(), 0, 'no card shows that it is edited');
  await page.keyboard.press('r');
  await page.locator(jobRow(2)).waitFor();
  await changeJobs(app, page, 2);
  t.equal(await page.locator(jobRow(4)).count(), 0);
  await page.getByRole('button', { name: 'Resume updates' }).click();
  await page.locator(jobRow(4)).waitFor();
  await page.locator(pill).getByText('Live').waitFor();
});

browserTest('open details and the focus survive updates', async (t, open) => {
  const { app, page } = await openLive(t, open);
  await app.run('export');
  const log = page.locator(jobRow(1)).getByRole('link', { name: /Log/ });
  await log.focus();
  await page.evaluate("document.querySelector('#howto').open = false");
  await app.run('export');
  await page.locator(jobRow(2)).waitFor();
  t.ok(await log.evaluate((link) => link === link.ownerDocument.activeElement));
  t.notOk(await page.evaluate("document.querySelector('#howto').open"));
});

browserTest('a page without events shows it, and stamps its cards', async (t, open) => {
  const { app, page } = await openLive(t, open, { hasTestClock: true });
  // Only the page's clock is a test clock: a real tick from the server would make the page fresh again.
  await page.evaluate(
    "window.mute = (event) => event.stopImmediatePropagation(); document.addEventListener('chl:heard', mute, true)",
  );
  await page.route('**/ui/**', (route) => route.abort());
  await page.clock.fastForward(13_000);
  await page.locator(pill).getByText('Delayed').waitFor();
  await page.clock.fastForward(18_000);
  await page.locator(pill).getByText('Offline').waitFor();
  await page
    .locator(`${card.jobs} [data-stamp]`)
    .getByText(/As of \d\d:\d\d:\d\d/)
    .waitFor();
  await page.evaluate("document.removeEventListener('chl:heard', mute, true)");
  await page.unroute('**/ui/**');
  await app.run('export');
  await page.clock.fastForward(1000);
  await page.locator(pill).getByText('Live').waitFor();
  t.equal(await page.locator(`${card.jobs} [data-stamp]`).textContent(), '');
});

browserTest(
  'without a stream the page fetches its cards every ten seconds, and shows it',
  async (t, open) => {
    const app = await startApp(t, { env: { ...noop.env, CHL_MAX_STREAMS: '1' } });
    const other = await openStream(app.origin, '/ui/stream/telemetry');
    const page = await open(`${app.origin}/operations`, { hasTestClock: true });
    await page.clock.fastForward(1000);
    await page.locator(pill).getByText('Offline').waitFor();
    await page.locator('#toasts').getByText('CHL_MAX_STREAMS').waitFor();
    await app.run('export');
    await page.clock.fastForward(10_000);
    await page.locator(jobRow(1)).waitFor();
    await page.clock.fastForward(1000);
    await page.locator(pill).getByText('fetched every 10 s').waitFor();
    other.close();
    await untilStreams(app, 0);
    await page.clock.fastForward(16_000);
    await untilStreams(app, 1);
    await page.clock.fastForward(1000);
    await page.locator(pill).getByText('Live').waitFor();
    t.pass('and the stream resumes');
  },
);

browserTest('a page reconnects to a restarted server, and shows all changes', async (t, open) => {
  const { app, page } = await openLive(t, open);
  const { port } = new URL(app.origin);
  await app.close();
  await page.locator(pill).getByText('Offline').waitFor();
  const again = await startApp(t, { env: { ...noop.env, CHL_PORT: port }, root: app.root });
  await again.run('export');
  await page.locator(jobRow(1)).waitFor();
  await page.locator(pill).getByText('Live').waitFor();
  await untilStreams(again, 1);
});

async function openLive(t: Parameters<typeof startApp>[0], open: OpenPage, options = {}, different = {}) {
  const app = await startApp(t, { ...noop, ...different });
  const page = await open(`${app.origin}/operations`, options);
  await page.locator(pill).getByText('Live').waitFor();
  return { app, page };
}

/** Adds a field where a live update would remove it. */
async function addField(page: Page, html: string) {
  await page.evaluate(`document.querySelector('${card.jobs}').insertAdjacentHTML('beforeend', '${html}')`);
}

/** Runs jobs, and waits until the page has received the updates. */
async function changeJobs(app: TestApp, page: Page, times = 1) {
  for (let turn = 0; turn < times; turn += 1) {
    const updated = page.evaluate(
      "new Promise((resolve) => document.body.addEventListener('htmx:sseBeforeMessage', resolve, { once: true })).then(() => 0)",
    );
    await app.run('export');
    await updated;
  }
}
