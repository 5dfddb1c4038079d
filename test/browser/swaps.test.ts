// After a card is swapped, each control does what it shows, and the reader's state is kept.
import fs from 'node:fs';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { card, jobRow, operationRow } from '../support/screen.ts';

const yaml = `operations:
  - { name: chore, title: Chore, summary: Sleeps., command: [sleep, "1000"] }
  - { name: risk, title: Risk, summary: Fails., danger: costly, command: ["false"] }
`;

browserTest(
  'every link and button of a card does what it shows, in each state of its jobs',
  async (t, open) => {
    const app = await startWithCustom(t);
    const page = await open(`${app.origin}/operations`);
    await page.locator('#conn').getByText('Live').waitFor();
    await recordClicks(page);
    await clickAll(t, page, 'idle');
    await submit(app, 'chore');
    await submit(app, 'risk');
    await app.whenJob(2, 'failed');
    await page.locator(jobRow(2)).getByText('Failed').first().waitFor();
    await page.locator(operationRow('chore')).getByText('Live log').waitFor();
    await clickAll(t, page, 'one runs, one has failed');
    await app.json('/api/v1/operations/jobs/1/cancel', {});
    await app.whenJob(1, 'cancelled');
    await page.locator(operationRow('chore')).getByText('Cancelled').waitFor();
    await clickAll(t, page, 'both have ended');
  },
);

browserTest('details stay open and closed as the reader left them, whatever is swapped', async (t, open) => {
  const app = await startWithCustom(t);
  await submit(app, 'risk');
  await app.whenJob(1, 'failed');
  const page = await open(`${app.origin}/operations`);
  await page.locator('#conn').getByText('Live').waitFor();
  const group = page.locator('details.group');
  const isOpen = () => group.evaluate((details) => details.hasAttribute('open'));
  for (const [number, isWanted] of [true, false, true].entries()) {
    if ((await isOpen()) !== isWanted) await group.locator('summary').click();
    await submit(app, 'risk');
    await page
      .locator(jobRow(number + 2))
      .getByText('Failed')
      .first()
      .waitFor();
    t.equal(await isOpen(), isWanted);
  }
});

browserTest(
  'a filter keeps its text, its rows and the folded groups while the card is swapped',
  async (t, open) => {
    const entries = Array.from(
      { length: 12 },
      (_, at) =>
        `  - { name: chore-${at}, title: Chore ${at}, summary: Does it., command: ["true"], group: Group ${at % 2} }\n`,
    );
    const root = fs.realpathSync(t.testdir({ 'operations.yaml': `operations:\n${entries.join('')}` }));
    const app = await startApp(t, { root });
    const page = await open(`${app.origin}/operations`);
    await page.locator('#conn').getByText('Live').waitFor();
    const shown = () => page.locator('.thin:visible h4').allTextContents();
    t.strictSame(await shown(), [], 'all groups are folded');
    await page.locator('#operation-filter').fill('chore 1');
    t.strictSame(await shown(), ['Chore 10', 'Chore 1', 'Chore 11']);
    await submit(app, 'chore-1');
    await page.locator(`${operationRow('chore-1')} .badge`, { hasText: 'Done' }).waitFor();
    t.equal(await page.locator('#operation-filter').inputValue(), 'chore 1');
    t.equal(await page.evaluate('document.activeElement.id'), 'operation-filter');
    t.strictSame(await shown(), ['Chore 10', 'Chore 1', 'Chore 11']);
    await page.locator('#operation-filter').fill('nothing');
    await page.getByText('No operation has this name.').waitFor();
    await page.locator('#operation-filter').fill('');
    t.strictSame(await shown(), [], 'folded as before');
  },
);

browserTest('a slow click shows a spinner, on links that open a dialog too', async (t, open) => {
  const app = await startWithCustom(t);
  const page = await open(`${app.origin}/operations`);
  let answer = () => {};
  await page.route('**/confirm', async (route) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    await route.continue();
  });
  const button = page.locator('#ask-import');
  const asked = page.waitForRequest('**/confirm');
  await button.click();
  await asked;
  t.equal(await button.getAttribute('aria-busy'), 'true');
  t.equal(await button.evaluate(spinnerOf), '1', 'the spinner is visible');
  answer();
  await page.locator('#dialog[open]').waitFor();
  t.equal(await button.getAttribute('aria-busy'), null);
});

/** The opacity of the spinner of a busy button. */
const spinnerOf = (button: any) =>
  button.ownerDocument.defaultView.getComputedStyle(button, '::after').opacity;

function startWithCustom(t: Test) {
  const root = fs.realpathSync(t.testdir({ 'operations.yaml': yaml }));
  return startApp(t, { root });
}

const submit = (app: TestApp, name: string) => app.json(`/api/v1/operations/${name}`, { args: {} });

/** Keeps the page in place: records where a link would lead, instead of following it. */
async function recordClicks(page: Page) {
  await page.evaluate(`document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    window.followed = link && !event.defaultPrevented ? link.getAttribute('href') : null;
    if (link) event.preventDefault();
  })`);
}

/** Clicks every control of every card. Requests of forms are recorded and not sent, so that nothing changes. */
async function clickAll(t: Test, page: Page, state: string) {
  const posted: string[] = [];
  await page.route('**', (route) => {
    if (route.request().method() !== 'POST') return route.continue();
    posted.push(new URL(route.request().url()).pathname);
    return route.fulfill({ status: 204 });
  });
  for (const host of Object.values(card)) {
    const controls = page.locator(`${host} :is(a, button, summary)`);
    for (let at = 0; at < (await controls.count()); at += 1) {
      const control = controls.nth(at);
      if (!(await control.isVisible())) continue;
      const shown = await control.evaluate(readControl);
      const what = `${state}: ${shown.name} in ${host}`;
      const headings = await page.locator(`${host} h2`).allTextContents();
      const request = shown.gets ?? shown.action;
      const answer = request ? page.waitForResponse((one) => one.url().endsWith(request)) : null;
      await control.evaluate((one) => (one as unknown as { click(): void }).click());
      await answer;
      // A second click leaves details as they were.
      if (shown.isSummary) await control.click();
      if (shown.isDialog) {
        await page.locator('#dialog[open]').waitFor();
        await page.keyboard.press('Escape');
        await page.locator('#dialog:not([open])').waitFor({ state: 'attached' });
      } else if (shown.href && !shown.gets) t.equal(await page.evaluate('window.followed'), shown.href, what);
      t.strictSame(posted.splice(0), shown.action ? [shown.action] : [], `${what} sends only its form`);
      t.strictSame(await page.locator(`${host} h2`).allTextContents(), headings, `${what} keeps the card`);
    }
  }
  await page.unroute('**');
}

/** What a control shows that it does. */
function readControl(
  one: any,
): Record<'name' | 'href' | 'gets' | 'action', string | null> & { isDialog: boolean; isSummary: boolean } {
  const isOff = one.getAttribute('aria-disabled') === 'true';
  return {
    name: one.textContent.trim() || one.getAttribute('aria-label'),
    href: one.getAttribute('href'),
    gets: one.getAttribute('hx-get'),
    action: one.matches('form button') && !isOff ? one.closest('form').getAttribute('action') : null,
    isSummary: one.matches('summary'),
    isDialog: one.getAttribute('hx-target') === '#dialog',
  };
}
