// Pages without JavaScript, and with large text, reduced motion or forced colours.
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp } from '../support/app.ts';
import { addCategory } from '../support/entries.ts';
import { browserTest, overflowOf } from '../support/browser.ts';
import { defineOperation } from '../support/operations.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const plain = { hasScript: false };

browserTest('without JavaScript an operator plans, applies, runs, and sees the notice', async (t, open) => {
  const app = await startApp(t);
  addCategory(app.library, 'OLD');
  const page = await open(`${app.origin}/operations`, plain);
  t.notOk(await page.locator('#conn').isVisible(), 'controls that need JavaScript are hidden');
  t.notOk(await page.locator('[data-hold]').isVisible());
  await page.locator('#op-import').getByText('Import…').click();
  await page.getByRole('button', { name: 'Make the plan' }).click();
  await page.waitForURL('**/plans/1');
  await app.whenJob(1);
  await page.reload();
  const apply = page.getByRole('button', { name: 'Apply: remove 1 row' });
  await apply.click();
  await page.getByText('Write a reason of at least 5 characters').waitFor();
  await page.fill('#reason', 'the first one');
  await page.fill('#confirm', 'import');
  await apply.click();
  await page.waitForURL('**/jobs/2');
  await page.locator('#toasts').getByText('Import spreadsheet #2 queued.').waitFor();
  await app.whenJob(2);
  await page.goto(`${app.origin}/operations`);
  await page.locator('#op-export').getByRole('button', { name: 'Export' }).click();
  await page.waitForURL('**/jobs/3');
  await app.whenJob(3);
  await page.getByRole('link', { name: 'Refresh' }).first().click();
  await page.locator('main').getByText('Done').first().waitFor();
  await page.getByRole('button', { name: 'Dark' }).click();
  t.equal(await page.getAttribute('html', 'data-theme'), 'dark');
  await page.getByRole('link', { name: /keyboard shortcuts/ }).click();
  await page.getByLabel('Single-key shortcuts').uncheck();
  await page.getByRole('button', { name: 'Save' }).click();
  t.equal(await page.getAttribute('html', 'data-keys'), 'off');
});

browserTest('without JavaScript the page after a form shows the start of its job once', async (t, open) => {
  const app = await startApp(t, { catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]) });
  const page = await open(`${app.origin}/operations`, plain);
  await page.locator('#run-chore').click();
  await page.waitForURL('**/jobs/1');
  await app.whenJob(1, 'running');
  await page.reload();
  const started = page.locator('dt:text-is("Started") + dd');
  t.match(await started.innerText(), /^\d+ \w+ \d{4}, [\d:]+$/);
  const live = await open(`${app.origin}/jobs/1`);
  t.match(await live.locator('dt:text-is("Started") + dd').innerText(), /^\d+ \w+ \d{4}, [\d:]+, \d+ s ago$/);
});

browserTest('text at twice the size reflows on every page, and is never cut off', async (t, open) => {
  const app = await startApp(t);
  await app.run('import');
  await app.run('index');
  const page = await open(`${app.origin}/operations`, { width: 640 });
  for (const address of ['/operations', '/jobs', '/jobs/1', '/jobs/2?find=e', '/library?q=retry']) {
    await page.goto(app.origin + address);
    await page.evaluate("document.documentElement.style.setProperty('font-size', '200%')");
    t.ok((await overflowOf(page)) <= 0, `${address}: no horizontal scroll`);
    t.same(await page.evaluate(cutOff), [], `${address}: no text is cut off`);
    t.same(await page.evaluate(overlapping), [], `${address}: no controls overlap`);
  }
});

browserTest(
  'the page has no animation with reduced motion, and borders in forced colours',
  async (t, open) => {
    const app = await startApp(t, noop);
    await app.run('export');
    const page = await open(`${app.origin}/operations`);
    const moving = await page.evaluate(
      "document.getAnimations().filter(({ playState }) => playState === 'running').length",
    );
    t.equal(moving, 0);
    await page.emulateMedia({ forcedColors: 'active' });
    const border = await page.evaluate("getComputedStyle(document.querySelector('.badge')).borderTopStyle");
    t.equal(border, 'solid', 'badges have a border');
  },
);

browserTest('each theme applies from the first paint', async (t, open) => {
  const app = await startApp(t, noop);
  for (const theme of ['light', 'dark'] as const) {
    const page = await open(`${app.origin}/operations`, { theme, ...plain });
    const background = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    t.equal(background, theme === 'light' ? 'rgb(245, 244, 240)' : 'rgb(17, 18, 17)', 'follows the system');
    await page.getByRole('button', { name: theme === 'light' ? 'Dark' : 'Light' }).click();
    const chosen = await page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
    t.equal(chosen, theme === 'light' ? 'rgb(17, 18, 17)' : 'rgb(245, 244, 240)', 'until a theme is chosen');
  }
});

/** The texts of boxes that cut off a part of their content. */
const cutOff = `[...document.querySelectorAll('main *, header *')]
  .filter((box) => !box.closest('.sr') && box.clientWidth > 2)
  .filter((box) => {
    const { overflowX, overflowY } = getComputedStyle(box);
    const hides = (overflow) => overflow === 'hidden' || overflow === 'clip';
    return (hides(overflowX) && box.scrollWidth > box.clientWidth + 1)
      || (hides(overflowY) && box.scrollHeight > box.clientHeight + 2);
  })
  .map((box) => box.textContent.trim())`;

/** Pairs of overlapping buttons, links and fields; a link may span two lines. */
const overlapping = `(() => {
  const parts = [...document.querySelectorAll('main :is(a, button, input, select), header :is(a, button)')]
    .filter((one) => !one.closest('.sr, .log, thead') && one.checkVisibility())
    .flatMap((one) => [...one.getClientRects()].map((box) => ({ one, box })));
  return parts.flatMap(({ one, box }, at) => parts.slice(at + 1)
    .filter(({ one: other, box: its }) => !one.contains(other) && !other.contains(one)
      && Math.min(box.right, its.right) - Math.max(box.left, its.left) > 1
      && Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top) > 1)
    .map(({ one: other }) => one.outerHTML + other.outerHTML));
})()`;
