// Notices: each control is clear of them at the end of a page, and the notice of a job's end is shown once.
import type { Page, Route } from 'playwright-core';
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { defineOperation } from '../support/operations.ts';
import { until } from '../support/until.ts';

browserTest('at the end of a page, three notices cover no control', async (t, open) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  for (let turn = 0; turn < 12; turn += 1) await app.run('export');
  const page = await open(`${app.origin}/jobs`);
  for (const address of ['/operations', '/jobs']) {
    await page.goto(app.origin + address);
    for (let turn = 0; turn < 3; turn += 1) await showNotice(page);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
      t.strictSame(await findCovered(page), [], `${address} at ${width}`);
      t.ok(await page.locator('.toast').last().isVisible());
      await page.evaluate('scrollTo(0, 0)');
      t.ok(await isInView(page), 'and at the top of the page, the notices are in view');
    }
  }
});

browserTest('over an open dialog, three notices cover no control and wait', async (t, open) => {
  const app = await startApp(t);
  const page = await open(`${app.origin}/operations`, { hasTestClock: true });
  for (const width of [1440, 390]) {
    await page.setViewportSize({ width, height: 600 });
    await page.locator('#ask-import').click();
    const dialog = page.locator('#dialog[open]');
    await dialog.waitFor();
    for (let turn = 0; turn < 3; turn += 1) await showNotice(page, 'ok');
    for (const control of await dialog.locator('a, button, input, select, summary').all()) {
      if (!(await control.isVisible())) continue;
      await control.scrollIntoViewIfNeeded();
      t.ok(await control.evaluate(isOnTop), `${await control.textContent()} at ${width}`);
    }
    await page.clock.fastForward(60_000);
    t.equal(await page.locator('.toast').count(), 3, 'they are read after the dialog');
    await page.keyboard.press('Escape');
    await page.locator('#dialog:not([open])').waitFor({ state: 'attached' });
    await page.clock.runFor(10_000);
    t.equal(await page.locator('.toast').count(), 0);
  }
});

/** Whether a click in the middle of the control reaches it. */
function isOnTop(control: any): boolean {
  const { left, top, width, height } = control.getBoundingClientRect();
  return control.contains(control.ownerDocument.elementFromPoint(left + width / 2, top + height / 2));
}

async function showNotice(page: Page, tone = 'bad') {
  const detail = {
    tone,
    title: 'Export failed.',
    text: 'The disk is full. Free some space, then retry.',
  };
  await page.evaluate(
    `document.body.dispatchEvent(new CustomEvent('chl-notice', { detail: ${JSON.stringify(detail)} }))`,
  );
  await page.locator('.toast').last().waitFor();
  await page.evaluate(
    'document.getAnimations().filter(({ animationName }) => animationName === "rise").forEach((animation) => animation.finish())',
  );
}

function findCovered(page: Page) {
  return page.evaluate(`(() => {
    const toast = document.querySelector('.toast').parentElement.getBoundingClientRect();
    return [...document.querySelectorAll('a, button, input, select, summary')]
      .filter((control) => !control.closest('.toasts') && control.checkVisibility())
      .filter((control) => {
        const box = control.getBoundingClientRect();
        return box.width > 1 && box.left < toast.right && box.right > toast.left &&
          box.top < toast.bottom && box.bottom > toast.top;
      })
      .map((control) => control.textContent.trim());
  })()`);
}

function isInView(page: Page) {
  return page.evaluate(`(() => {
    const { top, bottom } = document.querySelector('.toasts').getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  })()`);
}

const sleeper = () => ({ catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]) });

browserTest(
  'the notice of an end that does not arrive whole is asked for again, and shown once',
  async (t, open) => {
    const app = await startApp(t, sleeper());
    const page = await open(`${app.origin}/operations`, { hasTestClock: true });
    const faults = [
      (route: Route) => route.abort(),
      (route: Route) => route.fulfill({ status: 503, body: '' }),
      (route: Route) =>
        route.fulfill({ status: 200, contentType: 'application/json', body: '{"tone": "ok", "ti' }),
    ];
    let asked = 0;
    await page.route('**/notice', (route) => (faults[asked++] ?? ((one: Route) => one.continue()))(route));
    await page.locator('#op-chore').getByRole('button', { name: 'Do' }).click();
    await page.locator('#toasts').getByText('Chore #1 queued.').waitFor();
    await page.getByRole('link', { name: 'Open #1' }).focus();
    await app.json('/api/v1/operations/jobs/1/cancel', {});
    const ended = page.locator('.toast', { hasText: 'Chore #1 was cancelled.' });
    for (let sec = 0; sec < 60 && (await ended.count()) === 0; sec += 1) await page.clock.runFor(1000);
    t.equal(await ended.count(), 1);
    t.equal(await ended.locator('a:focus').count(), 1, 'in place of the first notice, with its focus');
    t.equal(asked, 4);
    for (let turn = 0; turn < 3; turn += 1)
      await page.evaluate(`document.dispatchEvent(new CustomEvent('chl:state', { detail: true }))`);
    await page.clock.runFor(1000);
    t.equal(await page.locator('.toast').count(), 1, 'a reconnect shows nothing again');
  },
);

browserTest('a duplicated tab does not show the notice of an end again', async (t, open) => {
  const app = await startApp(t, sleeper());
  const page = await open(`${app.origin}/operations`);
  await page.locator('#op-chore').getByRole('button', { name: 'Do' }).click();
  await page.locator('#toasts').getByText('Chore #1 queued.').waitFor();
  const copy = await open(`${app.origin}/library`, { context: page.context() });
  await copy.evaluate(`sessionStorage.setItem('chl-jobs', '[1]')`);
  await copy.goto(`${app.origin}/operations`);
  for (const tab of [page, copy]) await tab.locator('#conn').getByText('Live').waitFor();
  await app.json('/api/v1/operations/jobs/1/cancel', {});
  const followed = (tab: Page) => tab.evaluate(`sessionStorage.getItem('chl-jobs')`);
  await until(async () => (await followed(page)) === '[]' && (await followed(copy)) === '[]');
  const shown = (tab: Page) => tab.locator('.toast', { hasText: 'was cancelled' }).count();
  await until(async () => (await shown(page)) + (await shown(copy)) > 0);
  t.equal((await shown(page)) + (await shown(copy)), 1);
});
