// Schedules, audit rows and maintenance windows are accessible in the states that they have only with data.
import type { Page } from 'playwright-core';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { checkAccess } from '../support/access.ts';
import { browserTest } from '../support/browser.ts';
import { addTick, putSchedule, storedSchedule } from '../support/stored-schedules.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const dayMs = 86_400_000;

type State = { name: string; address: string; open?(page: Page): Promise<unknown> };

const states: State[] = [
  { name: 'a schedule with a history', address: '/schedules/nightly' },
  { name: 'all times of a schedule', address: '/schedules/nightly/times' },
  { name: 'a schedule that is off', address: '/schedules/spare' },
  { name: 'a schedule without its operation', address: '/schedules/lost' },
  { name: 'a form with errors', address: '/schedules/nightly', open: saveWrongly },
  { name: 'an audit row with a diff', address: '/audit?target=schedule:nightly', open: openNewestRow },
  { name: 'a refused audit row', address: '/audit?outcome=refused', open: openNewestRow },
];

let app: TestApp | null = null;

for (const { name, address, open: show } of states) {
  browserTest(`${name} is accessible`, async (t, open) => {
    app ??= await startFilled();
    const page = await open(app.origin + address);
    await show?.(page);
    await checkAccess(t, page, name);
  });
}

browserTest('an active window and a planned one are accessible', async (t, open) => {
  const { json, origin } = await startApp(t, noop);
  const starts_at = new Date(Date.now() + dayMs / 2).toISOString();
  await json('/api/v1/maintenance', { level: 'frozen', reason: 'a new disk' });
  await json('/api/v1/maintenance', { level: 'announce', reason: 'the next version', starts_at });
  const page = await open(`${origin}/settings/maintenance`);
  await page.locator('#maintenance-banner section').first().waitFor();
  await checkAccess(t, page, 'two windows');
});

/** All kinds of outcomes, and a schedule of each state. */
async function startFilled(): Promise<TestApp> {
  const filled = await startApp(t, noop);
  const confirmed = { reason: 'every night', confirm: 'rollback' };
  await putSchedule(filled, 'nightly', {
    operation: 'rollback',
    cron: '0 3 * * *',
    zone: 'UTC',
    ...confirmed,
  });
  await putSchedule(filled, 'nightly', { cron: '0 4 * * *', overlap: 'wait' });
  await putSchedule(filled, 'spare', { operation: 'audit-check', cron: '0 3 * * *', is_on: false });
  filled.parts.schedules.put({ ...storedSchedule(filled, 'spare'), name: 'lost', operation: 'vanished' });
  const { number } = await filled.run('export');
  for (const [days, given] of [
    { outcome: 'started', job: number },
    { outcome: 'skipped', why: 'Its run #1 had not ended.' },
    { outcome: 'missed', why: 'The server was off.' },
    { outcome: 'refused', why: 'Maintenance “a new disk” until 2026-11-22 04:00 UTC.' },
  ].entries())
    addTick(filled, 'nightly', new Date(Date.now() - (days + 1) * dayMs).toISOString(), given as object);
  await putSchedule(filled, 'nightly', { cron: 'every night', reason: 'by mistake' });
  return filled;
}

async function saveWrongly(page: Page) {
  await page.getByText('Own rule').click();
  await page.locator('[name="cron"]').fill('0 26 * * *');
  await page.getByLabel('Reason').fill('no');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.locator('#reason-problem').waitFor();
}

async function openNewestRow(page: Page) {
  await page.locator('tbody a[href^="/audit/"]').first().click();
  await page.locator('#h-row').waitFor();
}
