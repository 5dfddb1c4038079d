// All tabs of a browser share one stream: one tab leads, and another takes over when it closes.
import type { BrowserContext, Page } from 'playwright-core';
import { startApp, type TestApp, untilStreams } from '../support/app.ts';
import { browserTest, type OpenPage } from '../support/browser.ts';
import { jobRow } from '../support/screen.ts';
import { until } from '../support/until.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };

browserTest('twenty tabs share one stream, and continue when the leader is closed', async (t, open) => {
  const app = await startApp(t, noop);
  const tabs = await openTabs(app, open, 20);
  await untilStreams(app, 1);
  await app.run('export');
  await allShow(tabs, 1);
  t.pass('all are updated');

  const leader = await leaderOf(tabs);
  await leader.close();
  const left = tabs.filter((tab) => tab !== leader);
  await leaderOf(left);
  await app.run('export');
  await allShow(left, 2);
  await untilStreams(app, 1);

  const next = await leaderOf(left);
  await next.goto(`${app.origin}/library`);
  await leaderOf(left);
  await app.run('export');
  await allShow(
    left.filter((tab) => tab !== next),
    3,
  );
  await untilStreams(app, 1);
  t.pass('a page without live cards has no stream');
});

browserTest(
  'a hidden leader hands over to a visible tab; when no tab is visible there is no stream',
  async (t, open) => {
    const app = await startApp(t, noop);
    const [one, other] = (await openTabs(app, open, 2)) as [Page, Page];
    const leader = await leaderOf([one, other]);
    const follower = leader === one ? other : one;
    await setHidden(leader, true);
    await leaderOf([follower]);
    await app.run('export');
    await allShow([one, other], 1);
    t.pass('the hidden tab is still updated');
    await setHidden(follower, true);
    await untilStreams(app, 0);
    await app.run('export');
    await setHidden(leader, false);
    await allShow([leader], 2);
    await untilStreams(app, 1);
    t.pass('and missed changes appear when a tab is visible again');
  },
);

browserTest('tabs of different pages share the stream, each with its own cards', async (t, open) => {
  const app = await startApp(t, noop);
  const [dashboard] = (await openTabs(app, open, 1)) as [Page];
  await app.run('export');
  await allShow([dashboard], 1);
  const job = await open(`${app.origin}/jobs/1`, { context: dashboard.context() });
  await job.locator('#conn').getByText('Live').waitFor();
  await app.run('export');
  await allShow([dashboard], 2);
  await untilStreams(app, 1);
  await dashboard.close();
  await leaderOf([job]);
  await untilStreams(app, 1);
  t.pass('the stream of the closed tab has ended');
});

browserTest('a silent leader is replaced', async (t, open) => {
  const app = await startApp(t, noop);
  const [one] = (await openTabs(app, open, 1)) as [Page];
  await leaderOf([one]);
  await one.evaluate(
    'BroadcastChannel.prototype.postMessage = () => {}; navigator.locks.request = () => new Promise(() => {})',
  );
  const other = await open(`${app.origin}/operations`, { context: one.context(), hasTestClock: true });
  await other.clock.fastForward(20_000);
  await leaderOf([other]);
  await app.run('export');
  await allShow([other], 1);
  await untilStreams(app, 1);
  t.pass('and the old leader closes its stream');
});

browserTest('a browser without locks gives each tab its own stream', async (t, open) => {
  const app = await startApp(t, noop);
  const first = await open('about:blank');
  const context = first.context();
  await context.addInitScript("Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })");
  const tabs = await openTabs(app, open, 2, context);
  await untilStreams(app, 2);
  await app.run('export');
  await allShow(tabs, 1);
});

async function openTabs(app: TestApp, open: OpenPage, count: number, context?: BrowserContext) {
  const address = `${app.origin}/operations`;
  const first = await open(address, context ? { context } : {});
  const others = Array.from({ length: count - 1 }, () => open(address, { context: first.context() }));
  const tabs = [first, ...(await Promise.all(others))];
  await Promise.all(tabs.map((tab) => tab.locator('#conn').getByText('Live').waitFor()));
  return tabs;
}

async function leaderOf(tabs: Page[]): Promise<Page> {
  const leads = async (tab: Page) => ((await tab.locator('html[data-leads]').count()) > 0 ? tab : null);
  const find = async () => (await Promise.all(tabs.map(leads))).find((tab) => tab !== null);
  return (await until(find)) as Page;
}

async function allShow(tabs: Page[], job: number) {
  await Promise.all(tabs.map((tab) => tab.locator(jobRow(job)).waitFor({ state: 'attached' })));
}

/** Simulates a page that is hidden behind another tab. */
async function setHidden(page: Page, isHidden: boolean) {
  await page.evaluate(
    `Object.defineProperty(document, 'hidden', { value: ${isHidden}, configurable: true });
     document.dispatchEvent(new Event('visibilitychange'))`,
  );
}
