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
    await page.locator(operationRow('chore')).getByText('Running').waitFor();
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
  const isOpen = () => page.locator('#fault-1').evaluate((fault) => fault.hasAttribute('open'));
  for (const [number, isWanted] of [true, false, true].entries()) {
    if ((await isOpen()) !== isWanted) await page.locator('#fault-1 summary').click();
    await submit(app, 'risk');
    await page
      .locator(jobRow(number + 2))
      .getByText('Failed')
      .first()
      .waitFor();
    t.equal(await isOpen(), isWanted);
  }
});

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
): Record<'name' | 'href' | 'gets' | 'action', string | null> & { isDialog: boolean } {
  const isOff = one.getAttribute('aria-disabled') === 'true';
  return {
    name: one.textContent.trim() || one.getAttribute('aria-label'),
    href: one.getAttribute('href'),
    gets: one.getAttribute('hx-get'),
    action: one.matches('form button') && !isOff ? one.closest('form').getAttribute('action') : null,
    isDialog: one.getAttribute('hx-target') === '#dialog',
  };
}
