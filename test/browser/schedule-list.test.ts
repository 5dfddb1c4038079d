// The list of schedules in a browser: its pages while schedules change, and the labels of its timeline at each width.
import type { Page } from 'playwright-core';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { putSchedule, storedSchedule } from '../support/stored-schedules.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const monday = { operation: 'repair', cron: '0 4 * * 1', zone: 'UTC' };

browserTest('a page of the list stays while its schedules change', async (t, open) => {
  const app = await startApp(t, noop);
  for (let at = 10; at < 32; at++) await putSchedule(app, `weekly-${at}`, monday);
  const page = await open(`${app.origin}/schedules`);
  const shown = (name: string, text: string) =>
    page.locator(`#schedule-${name}`, { hasText: text }).waitFor();
  await page.locator('[rel="next"]').focus();
  await page.keyboard.press('Enter');
  await shown('weekly-31', 'Every Monday');
  t.match(page.url(), /\/schedules\?page=2$/);
  await putSchedule(app, 'weekly-31', { ...monday, cron: '0 4 * * 2' });
  await shown('weekly-31', 'Every Tuesday');
  await page.locator('#switch-weekly-31').click();
  await shown('weekly-31', 'Off since');
  t.match(page.url(), /\/schedules\?page=2$/);
  t.equal(await page.locator('#schedule-weekly-10').count(), 0);
  await page.getByLabel('Search').fill('tuesday');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/schedules?q=tuesday');
  await page.locator('[rel="prev"]').waitFor({ state: 'detached' });
  t.equal(await page.locator('td .name').count(), 1);
});

browserTest('the labels of the timeline do not touch at any width', async (t, open) => {
  const app = await startApp(t, noop);
  await putSchedule(app, 'weekly', { ...monday, cron: '0 * * * *' });
  const page = await open(`${app.origin}/schedules`);
  const touching: string[] = [];
  for (let width = 320; width <= 1440; width += 40) {
    await page.setViewportSize({ width, height: 800 });
    const boxes = await labelBoxes(page);
    t.ok(boxes.length >= 4, `${width} px has labels`);
    for (const [at, one] of boxes.entries())
      for (const other of boxes.slice(at + 1))
        if (doTouch(one, other)) touching.push(`${width} px: ${one.text}, ${other.text}`);
  }
  t.strictSame(touching, []);
});

browserTest('the buttons of all rows begin at the same places', async (t, open) => {
  const app = await startApp(t, noop);
  await putSchedule(app, 'at-once', { ...monday, operation: 'audit-check' });
  await putSchedule(app, 'asking', monday);
  app.parts.schedules.put({ ...storedSchedule(app, 'at-once'), name: 'gone', operation: 'gone' });
  const page = await open(`${app.origin}/schedules`);
  const startOf = async (id: string) => (await page.locator(id).boundingBox())?.x;
  t.match(await page.locator('#run-at-once').innerText(), /^Run now(?!…)/);
  t.match(await page.locator('#run-asking').innerText(), /^Run now…/);
  for (const width of [1440, 1024, 390]) {
    await page.setViewportSize({ width, height: 800 });
    t.equal(await startOf('#run-asking'), await startOf('#run-at-once'), `${width} px`);
    t.equal(await startOf('#switch-asking'), await startOf('#switch-at-once'), `${width} px`);
    t.equal(
      await startOf('#switch-gone'),
      await startOf('#switch-at-once'),
      `${width} px, without an operation`,
    );
  }
});

browserTest('the state of a schedule is before its form, and beside it on wide screens', async (t, open) => {
  const app = await startApp(t, noop);
  await putSchedule(app, 'weekly', monday);
  const page = await open(`${app.origin}/schedules/weekly`, { width: 390 });
  const boxOf = async (id: string) => {
    const box = await page.locator(id).boundingBox();
    if (box) return box;
    throw new Error(`${id} is not shown`);
  };
  const [form, card] = ['#schedule-form', '#schedule-weekly-card'];
  for (const width of [390, 800]) {
    await page.setViewportSize({ width, height: 800 });
    const [below, above] = [await boxOf(form), await boxOf(card)];
    t.ok(above.y + above.height <= below.y, `${width} px`);
    t.equal(above.width, below.width, `${width} px: both have the whole width`);
  }
  await page.locator('#run-weekly').focus();
  await page.keyboard.press('Tab');
  t.equal(await page.evaluate('document.activeElement.id'), 'switch-weekly');
  const order = `document.querySelector('${card}').compareDocumentPosition(document.querySelector('${form}'))`;
  t.equal(await page.evaluate(order), 4, 'the keyboard comes to the state first');
  await page.setViewportSize({ width: 1440, height: 800 });
  const [left, right] = [await boxOf(form), await boxOf(card)];
  t.equal(left.y, right.y);
  t.ok(left.x + left.width < right.x && left.width > right.width, '1440 px');
});

type Box = { text: string; left: number; right: number; top: number; bottom: number };

async function labelBoxes(page: Page): Promise<Box[]> {
  const labels = await page.locator('.tl .axis text').all();
  const boxes = await Promise.all(
    labels.map(async (label) => {
      const [text, box] = [await label.textContent(), await label.boundingBox()];
      if (!box || box.width === 0) return [];
      return [
        { text: text ?? '', left: box.x, right: box.x + box.width, top: box.y, bottom: box.y + box.height },
      ];
    }),
  );
  return boxes.flat();
}

function doTouch(one: Box, other: Box): boolean {
  const isBeside = one.right < other.left || other.right < one.left;
  const isBelow = one.bottom <= other.top + 2 || other.bottom <= one.top + 2;
  return !isBeside && !isBelow;
}
