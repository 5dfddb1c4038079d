// The list of schedules in a browser: its pages while schedules change, and the labels of its timeline at each width.
import type { Page } from 'playwright-core';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { putSchedule } from '../support/stored-schedules.ts';

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
