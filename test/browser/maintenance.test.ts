// A maintenance window as people see it: it starts on one page, is on all open ones, and ends from any of them.
import { startApp } from '../support/app.ts';
import { accessProblems, browserTest, overflowOf } from '../support/browser.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const place = '/settings/maintenance';

browserTest('a window starts on one page and ends on another, also a read-only one', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(app.origin + place);
  const other = await open(`${app.origin}/jobs`, { context: page.context() });
  const banner = other.locator('#maintenance-banner');
  await other.locator('#conn').getByText('Live').waitFor();
  t.notOk(await banner.isVisible(), 'no window, no banner');
  t.notOk(await page.getByLabel('Type maintenance to confirm').isVisible());

  for (const { level, title } of [
    { level: 'Frozen', title: /Maintenance until \d\d:\d\d: imports, exports/ },
    { level: 'Read only', title: /Maintenance until .*: every change is refused/ },
  ]) {
    await page.bringToFront();
    await page.getByLabel(level).check();
    await page.getByLabel('Reason, shown to everybody').fill('New disk');
    if (level === 'Read only') await page.getByLabel('Type maintenance to confirm').fill('maintenance');
    await page.getByRole('button', { name: 'Start window' }).click();
    await page.locator('#toasts').getByText('The window has started.').waitFor();
    await page.locator('#window-now').getByText(level).waitFor();
    t.notOk(await page.getByRole('button', { name: 'Start window' }).isVisible(), 'only a later one');

    await other.bringToFront();
    await banner.getByRole('heading', { name: title }).waitFor();
    await banner.getByText(/“New disk”.*It ends by itself in \d+ min/).waitFor();
    t.strictSame(await accessProblems(other), []);
    await banner.getByRole('link', { name: 'End now…' }).click();
    await other.getByRole('dialog').getByText('End maintenance now?').waitFor();
    t.strictSame(await accessProblems(other), []);
    await other.getByRole('button', { name: 'End now' }).click();
    await banner.waitFor({ state: 'hidden' });
    await other.locator('#toasts').getByText('Maintenance has ended.').first().waitFor();
    t.equal(await other.evaluate('document.activeElement.id'), 'main', 'the focus is not lost');
    t.equal(new URL(other.url()).pathname, '/jobs');
  }
});

browserTest('the form follows the windows that begin and end elsewhere', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(app.origin + place);
  await page.locator('#conn').getByText('Live').waitFor();
  const [reason, starts] = [page.getByLabel('Reason, shown to everybody'), page.locator('#window-starts')];
  const onlyOne = page.locator('#window-wait').getByText('Only one window holds jobs back');
  const plan = page.getByRole('button', { name: 'Plan window', exact: true });
  const start = page.getByRole('button', { name: 'Start window', exact: true });
  await reason.fill('New disk');
  await page.locator('h1').click();

  const { body } = await app.json('/api/v1/maintenance', { level: 'frozen', reason: 'a deployment' });
  await reason.waitFor({ state: 'hidden' });
  await page.getByRole('link', { name: 'Plan a later window, or announce one' }).click();
  t.ok((await onlyOne.isVisible()) && (await plan.isVisible()) && !(await start.isVisible()));
  t.match([await reason.inputValue(), await starts.inputValue()], ['New disk', 'at']);
  t.match(await page.getByLabel(/^Starts at/).inputValue(), /^\d{4}-\d\d-\d\dT\d\d:\d\d$/);
  t.strictSame(await accessProblems(page), []);

  await app.json(`/api/v1/maintenance/${body.id}/end`, { reason: 'the disk is there' });
  await onlyOne.waitFor({ state: 'hidden' });
  await start.waitFor();
  t.match([await reason.inputValue(), await starts.inputValue()], ['New disk', 'now']);
  await starts.selectOption('at');
  t.ok((await plan.isVisible()) && !(await start.isVisible()));
  const again = { level: 'frozen', reason: 'a deployment' };
  t.equal((await app.json('/api/v1/maintenance', again)).status, 201);
  await onlyOne.waitFor();
  t.equal(await page.getByLabel(/^Starts at/).inputValue(), '', 'a start in use is not replaced');
});

browserTest('the page of windows fits each width, and its fields follow the choices', async (t, open) => {
  const app = await startApp(t, noop);
  const inTwoHours = new Date(Date.now() + 2 * 3_600_000).toISOString();
  const planned = { level: 'announce', reason: 'the next version', starts_at: inTwoHours };
  for (const body of [
    planned,
    { ...planned, level: 'frozen' },
    { level: 'announce', reason: 'a deployment' },
  ])
    await app.json('/api/v1/maintenance', body);
  for (const theme of ['light', 'dark'] as const) {
    const page = await open(app.origin + place, { theme });
    for (const width of [1440, 390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      t.ok((await overflowOf(page)) <= 0, `${width} px`);
    }
    await page.getByLabel('Drained').check();
    await page.getByLabel('Starts', { exact: true }).selectOption('at');
    await page.getByLabel('Lasts').selectOption('other');
    for (const label of [/^Starts at/, /^Minutes/, 'Type maintenance to confirm'])
      t.ok(await page.getByLabel(label).isVisible(), String(label));
    t.ok((await overflowOf(page)) <= 0);
    t.strictSame(await accessProblems(page), []);
  }
});

browserTest(
  'controls lock and unlock with a read-only window, and fields keep their text',
  async (t, open) => {
    const app = await startApp(t, noop);
    const page = await open(`${app.origin}/settings/limits`);
    await page.locator('#conn').getByText('Live').waitFor();
    const field = page.locator('[name="retention.days"]');
    const save = page.locator('.actionbar button');
    await field.fill('29');
    await save.getByText('Save 1 value').waitFor();

    const window = { level: 'read_only', reason: 'New disk', confirm: 'maintenance', minutes: 30 };
    const { body } = await app.json('/api/v1/maintenance', window);
    const locked = page.locator('.actionbar button[aria-disabled="true"]');
    await locked.waitFor();
    t.match(
      await save.getAttribute('title'),
      /^Read-only for maintenance until \d+ \w+, \d\d:\d\d: New disk$/,
    );
    t.equal(await field.inputValue(), '29');
    t.strictSame(await accessProblems(page), []);
    await save.click({ force: true });
    await page.locator('#toasts').getByText('Not possible now.').waitFor();
    await field.press('Enter');
    t.equal(new URL(page.url()).pathname, '/settings/limits');
    const lockedTheme = await page.locator('[data-theme-switch] [aria-disabled]').count();
    t.equal(lockedTheme, 0, 'a script changes the theme without a request');

    const before = await save.getAttribute('title');
    await app.json(`/api/v1/maintenance/${body.id}/extend`, { minutes: 60 });
    await page.locator(`.actionbar button:not([title="${before}"])`).waitFor();
    await app.json(`/api/v1/maintenance/${body.id}/end`, { reason: 'the disk is there' });
    await locked.waitFor({ state: 'detached' });
    t.equal(await field.inputValue(), '29');
    t.equal(await save.getAttribute('title'), null);
    await save.click();
    await page.locator('#toasts').getByText('saved').first().waitFor();
  },
);

browserTest('an open dialog and an upload lock, too', async (t, open) => {
  const app = await startApp(t, noop);
  const window = { level: 'read_only', reason: 'New disk', confirm: 'maintenance', minutes: 30 };
  const page = await open(`${app.origin}/sources`);
  await page.locator('#conn').getByText('Live').waitFor();
  await page.locator('#add-source').click();
  const dialog = page.getByRole('dialog');
  const name = dialog.locator('input[name="name"]');
  await name.fill('published-2');
  const { body } = await app.json('/api/v1/maintenance', window);
  const submit = dialog.locator('#dialog-submit[data-locked="maintenance"]');
  await submit.waitFor();
  t.equal(await name.inputValue(), 'published-2');
  t.equal(await page.locator('#sheet-input[data-locked="maintenance"]').count(), 1);
  await app.json(`/api/v1/maintenance/${body.id}/end`, { reason: 'the disk is there' });
  await submit.waitFor({ state: 'detached' });
  t.equal(await name.inputValue(), 'published-2');
  t.equal(await page.locator('[data-locked]').count(), 0);
});

browserTest('without scripts a window starts, is extended and ends', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(app.origin + place, { hasScript: false });
  await page.getByLabel('Reason, shown to everybody').fill('New disk');
  await page.getByLabel('Starts', { exact: true }).selectOption('at');
  t.ok(await page.getByRole('button', { name: 'Plan window', exact: true }).isVisible());
  await page.getByLabel('Starts', { exact: true }).selectOption('now');
  await page.getByRole('button', { name: 'Start window', exact: true }).click();
  await page.getByText('The window has started.').waitFor();
  await page.locator('#maintenance-banner').getByRole('link', { name: 'Extend…' }).click();
  await page.getByRole('button', { name: 'Extend' }).click();
  await page.getByText('The window is longer.').waitFor();
  await page.goto(`${app.origin}/jobs`);
  await page.locator('#maintenance-banner').getByRole('link', { name: 'End now…' }).click();
  await page.getByRole('button', { name: 'End now' }).click();
  await page.getByText('Maintenance has ended.').waitFor();
  t.notOk(await page.locator('#maintenance-banner section').count());
});
