// Browser notices: each once, in whichever tab has the stream, also when a connection or an answer is lost.
import type { BrowserContext, Page } from 'playwright-core';
import t from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { browserTest, type OpenPage } from '../support/browser.ts';
import { until } from '../support/until.ts';

let app: TestApp;

t.before(async () => {
  app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
});

/** Records the notices of all tabs: a browser without windows shows none. */
const recorder = `
  window.Notification = class {
    static permission = globalThis.origin === 'null' ? 'default' : localStorage.getItem('test-permission') ?? 'default';
    static async requestPermission() {
      localStorage.setItem('test-permission', 'granted');
      this.permission = 'granted';
    }
    constructor(title, { tag }) {
      const kept = JSON.parse(localStorage.getItem('test-notices') ?? '[]');
      localStorage.setItem('test-notices', JSON.stringify([...kept, { title, tag }]));
      window.lastNotice = this;
    }
    close() {}
  };`;

const note = (event: string, target: string, transition: string, title: string) =>
  app.audit.record({
    ...{ event, target, outcome: 'ok', by: systemRequester },
    detail: { transition, title, severity: 'error' },
  });
const open = (id: number) => note('finding.opened', `finding:${id}`, 'first', `Trouble ${id}`);
const clear = (id: number) => note('finding.cleared', `finding:${id}`, 'recovered', `Trouble ${id}`);

async function allow(openPage: OpenPage): Promise<{ page: Page; context: BrowserContext }> {
  const blank = await openPage('about:blank');
  const context = blank.context();
  await context.addInitScript(recorder);
  const page = await openPage(`${app.origin}/settings/notices`, { context });
  await page.getByRole('button', { name: 'Allow notifications' }).click();
  await page.getByRole('switch', { name: 'Show notices in this browser' }).waitFor();
  return { page, context };
}

const shownIn = (page: Page): Promise<string[]> =>
  page.evaluate('JSON.parse(localStorage.getItem("test-notices") ?? "[]").map(({ title }) => title)');

/** Everything that was shown, once `title` was. */
const untilShown = (page: Page, title: string) =>
  until(
    () => shownIn(page),
    (all) => all.includes(title),
  );

const leads = (page: Page) => page.locator('html[data-leads]').waitFor({ state: 'attached' });

browserTest(
  'two tabs show each transition once, also a hidden one and one that took over',
  async (t, openPage) => {
    open(1);
    const { page, context } = await allow(openPage);
    const other = await openPage(`${app.origin}/jobs`, { context });
    await other.locator('#conn').getByText('Live').waitFor();
    open(2);
    t.strictSame(
      await untilShown(page, 'Trouble 2.'),
      ['Trouble 2.'],
      'nothing from before it was switched on',
    );
    note('job.finished', 'job:7', 'first', '');
    clear(2);
    t.strictSame(await untilShown(page, 'Trouble 2: over.'), [
      'Trouble 2.',
      'Job #7 failed.',
      'Trouble 2: over.',
    ]);

    for (const tab of [page, other])
      await tab.evaluate(
        `Object.defineProperty(document, 'hidden', { value: true });
       document.dispatchEvent(new Event('visibilitychange'))`,
      );
    open(3);
    t.equal((await untilShown(page, 'Trouble 3.')).length, 4, 'hidden tabs keep the stream');
    await leads(page);
    await page.goto('about:blank');
    await leads(other);
    open(4);
    t.equal(
      (await untilShown(other, 'Trouble 4.')).length,
      5,
      'the other tab goes on where the first one was',
    );
  },
);

browserTest('a lost connection and failed answers lose and repeat nothing', async (t, openPage) => {
  const { page, context } = await allow(openPage);
  await leads(page);
  let failures = 2;
  await context.route('**/api/v1/news?*', (route) => (failures-- > 0 ? route.abort() : route.continue()));
  open(11);
  t.strictSame(await untilShown(page, 'Trouble 11.'), ['Trouble 11.'], 'shown after two failures');
  t.ok(failures <= 0, 'both were asked');

  await context.setOffline(true);
  await page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
  open(12);
  await context.setOffline(false);
  await untilShown(page, 'Trouble 12.');
  await page.reload();
  await leads(page);
  open(13);
  t.strictSame(await untilShown(page, 'Trouble 13.'), ['Trouble 11.', 'Trouble 12.', 'Trouble 13.']);
  await page.evaluate('window.lastNotice.onclick()');
  await page.waitForURL('**/checks*');
});

browserTest('only chosen kinds are shown, many are counted in one, and off is off', async (t, openPage) => {
  const { page } = await allow(openPage);
  await page.getByRole('checkbox', { name: 'Jobs' }).uncheck();
  note('job.finished', 'job:8', 'first', '');
  for (let id = 21; id <= 33; id++) open(id);
  const shown = await until(
    () => shownIn(page),
    (all) => all.includes('Trouble 33.'),
  );
  t.notOk(shown.includes('Job #8 failed.'), 'jobs are not chosen');
  await page.getByRole('switch').uncheck();
  open(34);
  await page.getByRole('button', { name: 'Show a test notice' }).click();
  const all = await untilShown(page, 'Notices work in this browser.');
  t.notOk(all.includes('Trouble 34.'), 'they are off');
  await page.getByRole('switch').check();
  open(35);
  t.notOk((await untilShown(page, 'Trouble 35.')).includes('Trouble 34.'), 'it begins at the newest row');
});
