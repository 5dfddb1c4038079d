// Schedules as people use them: the form while somebody types, its buttons by keyboard, and all of it without scripts.
import type { Page } from 'playwright-core';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { putSchedule, storedSchedule } from '../support/stored-schedules.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const rule = '[name="cron"]';
const words = '#schedule-preview .words';
const daily = { operation: 'audit-check', cron: '0 3 * * *', zone: 'UTC' };

const focused = (page: Page) => page.evaluate('document.activeElement.id || document.activeElement.name');
const reads = (page: Page, selector: string, text: string | RegExp) =>
  page.locator(selector).getByText(text).first().waitFor();

browserTest('a rule is read while it is typed, and a refusal keeps what was typed', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/schedules/new`);
  await page.getByText('Own rule').click();
  await page.locator(rule).fill('0 26 * * *');
  await reads(page, '#schedule-when', 'Hour is 26; it goes from 0 to 23.');
  t.equal(await page.getAttribute(rule, 'aria-invalid'), 'true', 'the problem is at its field');
  await page.locator(rule).fill('0 4 * * *');
  await reads(page, words, /^Every day at 04:00$/);
  t.equal(await page.getAttribute(rule, 'aria-invalid'), null);
  t.equal(await page.locator('.times li').count(), 5);
  await page.keyboard.press('Home');
  await page.keyboard.type('3');
  await reads(page, words, /^Every day at 04:30$/);
  t.equal(await focused(page), 'arg-cron', 'the focus stays');
  t.equal(await page.evaluate('document.activeElement.selectionStart'), 1, 'the caret stays');

  const questions: string[] = [];
  page.on('dialog', (dialog) => {
    questions.push(dialog.type());
    void dialog.dismiss();
  });
  await page.getByRole('link', { name: 'Schedules' }).click();
  t.same(questions, ['beforeunload'], 'leaving asks after a preview, too');
  await page.getByLabel('Name').fill('nightly');
  await page.getByLabel('Operation').selectOption('export');
  await page.locator('#schedule-args > *').first().waitFor();

  await page.locator(rule).fill('0 4 * *');
  await page.getByLabel('Name').fill('Nightly');
  await page.getByRole('button', { name: 'Add schedule' }).click();
  await reads(page, '#s-name-problem', /lower-case letters/);
  // htmx moves the focus after the swap.
  await page.locator('#s-name:focus').waitFor();
  t.equal(await page.inputValue(rule), '0 4 * *');
  await page.locator('#arg-cron-problem').waitFor();
  await page.locator(rule).fill('0 4 * * *');
  await reads(page, words, 'Every day at 04:00');
  t.equal(await page.locator('#arg-cron-problem').count(), 0, 'a corrected field has no problem any more');
  await page.getByLabel('Name').fill('nightly');
  await page.getByRole('button', { name: 'Add schedule' }).click();
  await page.waitForURL('**/schedules/nightly');
  await reads(page, '#toasts', 'nightly added.');
  t.match(storedSchedule(app, 'nightly'), { operation: 'export', cron: '0 4 * * *', is_on: true });
});

browserTest('the dialog of an operation hands what was chosen to the form', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/operations`);
  await page.locator('#op-import').getByText('Import…').click();
  await page.getByLabel('Mode').selectOption('merge');
  await page.locator('#dialog-schedule[href*="args.mode=merge"]').click();
  await page.waitForURL('**/schedules/new?*');
  t.equal(await page.getByLabel('Operation').inputValue(), 'import');
  t.equal(await page.getByLabel('Mode').inputValue(), 'merge');
});

browserTest('the work of others changes the cards, and nothing that is typed', async (t, open) => {
  const app = await startApp(t, noop);
  await putSchedule(app, 'nightly', daily);
  const page = await open(`${app.origin}/schedules/nightly`);
  await reads(page, '#conn', 'Live');
  const at = page.getByLabel('At (24 h)');
  await at.fill('05:00');
  await reads(page, words, 'Every day at 05:00');
  await putSchedule(app, 'nightly', { cron: '0 6 * * *' });
  await app.json('/api/v1/schedules/nightly/run', {});
  await reads(page, '#schedule-nightly-card', 'Every day at 06:00');
  await reads(page, '#schedule-nightly-card', '#1');
  t.equal(await at.inputValue(), '05:00');
  t.equal(await focused(page), 'arg-at');

  await page.getByRole('button', { name: 'Save' }).click();
  await reads(page, '#schedule-form', 'the schedule has changed since you opened this form');
  await reads(page, '#schedule-when', /to 0 6 \* \* \*; yours is 0 5 \* \* \*/);
  t.equal(await at.inputValue(), '05:00');
  await page.getByRole('button', { name: 'Save' }).click();
  await reads(page, '#toasts', 'nightly changed.');
  await reads(page, '#schedule-nightly-card', 'Every day at 05:00');
});

browserTest('a schedule is run, switched and removed by keyboard alone', async (t, open) => {
  const app = await startApp(t, noop);
  await putSchedule(app, 'nightly', daily);
  const page = await open(`${app.origin}/schedules`);
  await reads(page, '#conn', 'Live');
  const press = async (id: string) => {
    await tabTo(page, `[id="${id}"]`);
    await page.keyboard.press('Enter');
  };
  await press('run-nightly');
  // The notice of the start, or of the end: in noop mode the job ends at once.
  await page.locator('#toasts a[href="/jobs/1"]').waitFor();
  await tabTo(page, '#toasts a[href="/jobs/1"]');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/jobs/1');
  await tabTo(page, 'main a[href="/schedules/nightly"]');
  await page.keyboard.press('Enter');
  await page.waitForURL('**/schedules/nightly');
  await press('switch-nightly');
  await page.getByRole('heading', { name: 'Off', exact: true }).waitFor();
  t.equal(await focused(page), 'switch-nightly', 'the focus stays on the button');
  t.equal(storedSchedule(app, 'nightly').is_on, false);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'On', exact: true }).waitFor();
  t.equal(storedSchedule(app, 'nightly').is_on, true);

  await press('remove-nightly');
  await page.getByRole('dialog').getByText('Remove the schedule nightly?').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  t.equal(await focused(page), 'remove-nightly', 'Escape leads back');
  t.ok(storedSchedule(app, 'nightly'));
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor();
  await press('dialog-submit');
  await page.waitForURL(/\/schedules$/);
  await reads(page, '#toasts', 'nightly removed.');
  t.equal(app.parts.schedules.find('nightly'), null);
});

browserTest('without scripts a schedule is added, run, switched and removed', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/schedules`, { hasScript: false });
  const click = (role: 'link' | 'button', name: string) =>
    page.getByRole(role, { name, exact: true }).click();
  await click('link', 'Add schedule…');
  await page.getByLabel('Name').fill('nightly');
  await page.getByLabel('Operation').selectOption('import');
  await page.getByText('Every week').click();
  await click('button', 'Preview');
  await reads(page, words, 'Every Monday at 02:00');
  await page.getByLabel('Mode').selectOption('merge');
  await click('button', 'Add schedule');
  await page.waitForURL('**/schedules/nightly');
  await reads(page, '#toasts', 'nightly added.');
  t.match(storedSchedule(app, 'nightly'), { args: { mode: 'merge' }, cron: '0 2 * * 1' });

  await putSchedule(app, 'nightly', { operation: 'audit-check', args: {} });
  await page.reload();
  await click('button', 'Run now nightly');
  await page.locator('#toasts').getByRole('link', { name: 'Open #1' }).click();
  await page.waitForURL('**/jobs/1');
  await page.locator('main').getByRole('link', { name: 'nightly' }).first().click();
  await click('button', 'Switch off nightly');
  await reads(page, '#toasts', 'nightly is off.');
  await click('link', 'Remove…');
  await page.getByRole('heading', { name: 'Remove the schedule nightly?' }).waitFor();
  await click('link', 'Keep it');
  await page.waitForURL('**/schedules/nightly');
  await click('link', 'Remove…');
  await click('button', 'Remove schedule');
  await reads(page, '#toasts', 'nightly removed.');
  t.equal(app.parts.schedules.find('nightly'), null);
});

/** Presses Tab until the element has the focus. */
async function tabTo(page: Page, selector: string) {
  const hasFocus = `document.activeElement.matches(${JSON.stringify(selector)})`;
  for (let presses = 0; presses < 80; presses++) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(hasFocus)) return;
  }
  throw new Error(`Tab does not reach ${selector}`);
}
