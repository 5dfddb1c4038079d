// Notices never cover a control for good: at the end of the page, each control is clear of them.
import type { Page } from 'playwright-core';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';

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

async function showNotice(page: Page) {
  const detail = {
    tone: 'bad',
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
