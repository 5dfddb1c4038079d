// The flag live-updates in a browser, and the controls of the page of flags.
import { systemRequester } from '../../src/core/audit.ts';
import { flags } from '../../src/flags/feature.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { card, jobRow } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const pill = '#conn';
const stream = '/ui/stream/telemetry';

async function setLive(app: TestApp, is_on: boolean) {
  const edit = { key: 'live-updates', to: { is_on, percent: 100, note: null } };
  await app.use(flags).flags.change([edit], systemRequester, { reason: 'a test needs it' });
}

browserTest('without live updates a page opens no stream, and asks every 10 s', async (t, open) => {
  const app = await startApp(t, noop);
  await setLive(app, false);
  const page = await open(`${app.origin}/operations`, { hasTestClock: true });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await page.locator(pill).getByText('Polling').waitFor();
  await app.run('export');
  await page.clock.fastForward(5_000);
  t.equal(await page.locator(jobRow(1)).count(), 0);
  await page.clock.fastForward(6_000);
  await page.locator(jobRow(1)).waitFor();
  await app.run('export');
  await page.clock.fastForward(10_000);
  await page.locator(jobRow(2)).waitFor();
  await page.locator(pill).getByText('Polling').waitFor();
  t.equal(await page.locator(`${card.jobs} [data-stamp]`).textContent(), '', 'its cards are not out of date');
  t.notOk(asked.includes(stream), 'no stream was opened');
  t.equal(app.streamCount(), 0);
  const other = await open(`${app.origin}/jobs`, { context: page.context() });
  await other.locator(pill).getByText('Polling').waitFor();
  t.equal(app.streamCount(), 0);
  await page.route('**/ui/**', (route) => route.abort());
  await page.clock.fastForward(30_000);
  await page.locator(pill).getByText('Offline').waitFor();
  await page.unroute('**/ui/**');
  await page.clock.fastForward(10_000);
  await page.locator(pill).getByText('Polling').waitFor();

  await setLive(app, true);
  await page.goto(`${app.origin}/operations`);
  await page.locator(pill).getByText('Live').waitFor();
  t.equal(app.streamCount(), 1);
});

browserTest('open pages give up the stream when live updates are switched off', async (t, open) => {
  const app = await startApp(t, noop);
  const page = await open(`${app.origin}/operations`);
  const other = await open(`${app.origin}/operations`, { context: page.context() });
  for (const tab of [page, other]) await tab.locator(pill).getByText('Live').waitFor();
  await setLive(app, false);
  for (const tab of [other, page]) {
    await tab.bringToFront();
    await tab.locator(pill).getByText('Polling').waitFor();
  }
  t.equal(app.streamCount(), 0);
});

browserTest(
  'switch, slider and number of a flag say the same, and nothing changes before Save',
  async (t, open) => {
    const app = await startApp(t, noop);
    const page = await open(`${app.origin}/settings/flags`);
    const at = (key: string, what: string) => page.locator(`li:has(#flag-${key}) ${what}`);
    const toggle = page.getByRole('switch', { name: 'traces' });
    const slider = at('traces', '[type="range"]');
    const number = page.locator('#flag-traces-percent');
    await slider.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    t.equal(await number.inputValue(), '8');
    await number.fill('0');
    t.notOk(await toggle.isChecked(), 'nobody has it on');
    t.equal(await slider.inputValue(), '0');
    await toggle.press('Space');
    t.equal(await number.inputValue(), '5', 'the share of the default');
    await number.fill('40');
    t.equal(await slider.inputValue(), '40');
    await page.getByRole('switch', { name: 'auto-repair' }).press('Space');
    const save = page.getByRole('button', { name: 'Save 2 flags' });
    await save.waitFor();
    t.equal(app.use(flags).flags.find('traces').state.percent, 5);
    await save.click();
    await page.locator('#flags-reason-problem').waitFor();
    t.equal(await number.inputValue(), '40', 'what was chosen is still there');
    await page.locator('#flags-reason').fill('a test needs it');
    await save.click();
    await page.getByText('2 flags saved.').first().waitFor();
    t.match(app.use(flags).flags.find('traces').state, { is_on: true, percent: 40 });
    t.match(app.use(flags).flags.find('auto-repair').state, { is_on: true, percent: 100 });
    const preset = page.getByRole('button', { name: 'Default of traces' });
    await preset.click();
    t.equal(await number.inputValue(), '5');
    t.equal(await slider.inputValue(), '5');
    t.notOk(await preset.isVisible(), 'it is the default');
    t.equal(app.use(flags).flags.find('traces').state.percent, 40, 'nothing changes before Save');
    await page.locator('#flags-reason').fill('the hunt is over');
    await page.getByRole('button', { name: 'Save 1 flag' }).click();
    await page.getByText('1 flag saved.').first().waitFor();
    t.equal(app.use(flags).flags.find('traces').saved, null);
    await page.getByRole('button', { name: 'Try this browser' }).click();
    await page.locator('#try [role="status"]').getByText('for this browser').waitFor();
    await page.locator('#try-unit').fill('7f3a91c2');
    await page.getByRole('button', { name: 'Try', exact: true }).click();
    await page.locator('#try [role="status"]').getByText('Its number is').waitFor();
  },
);
