// A page that has lost its server: nothing on it moves on, and the operator sees when it tries again.
import type { Page } from 'playwright-core';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { jobRow } from '../support/screen.ts';
import { startServer } from '../support/server.ts';
import { makeFolder } from '../support/folder.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const pill = '#conn';
const age = `${jobRow(1)} time[data-ago]`;

browserTest('an offline page stands still, counts down, and reconnects at a click', async (t, open) => {
  const app = await startApp(t, noop);
  const { port } = new URL(app.origin);
  await app.run('export');
  const address = `${app.origin}/operations`;
  const page = await open(address, { hasTestClock: true });
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  const other = await open(address, { hasTestClock: true, context: page.context() });
  for (const tab of [page, other]) await tab.locator(pill).getByText('Live').waitFor();
  t.notOk(await page.getByRole('button', { name: 'Retry now' }).isVisible());
  await page.evaluate(
    "document.querySelector('main').insertAdjacentHTML('afterbegin', '<progress class=prog>')",
  );
  t.equal(await barState(page), 'running');

  await app.close();
  for (const tab of [page, other]) {
    await tab.clock.fastForward(5000);
    await tab.locator(pill).getByText('Offline').waitFor();
  }
  const shown = await page.locator(age).first().textContent();
  await page.clock.fastForward(60_000);
  t.equal(await page.locator(age).first().textContent(), shown, 'ages stay as they are');
  t.equal(await barState(page), 'paused', 'bars stand still');
  for (const tab of [page, other])
    await tab
      .locator(pill)
      .getByText(/retry in \d+ s/)
      .waitFor();

  for (const tab of [page, other]) await tab.clock.pauseAt(await tab.evaluate<number>('Date.now() + 2000'));
  const again = await startApp(t, { env: { ...noop.env, CHL_PORT: port }, root: app.root });
  await other.getByRole('button', { name: 'Retry now' }).focus();
  await other.keyboard.press('Enter');
  for (const tab of [page, other]) await tab.locator(pill).getByText('Live').waitFor();
  t.notOk(await page.getByRole('button', { name: 'Retry now' }).isVisible());
  t.equal(await other.evaluate('document.activeElement.id'), 'main', 'the focus does not fall to the body');
  for (const tab of [page, other]) await tab.clock.resume();
  await page.locator(age).getByText('1 min ago').first().waitFor();
  t.equal(await barState(page), 'running', 'and the page goes on');
  await again.close();
});

browserTest('a server that stops answering is noticed, and its stream opened again', async (t, open) => {
  const { child, url } = await startServer(t, makeFolder(t), noop.env);
  const page = await open(`${url}/operations`, { hasTestClock: true });
  await page.locator(pill).getByText('Live').waitFor();
  child.kill('SIGSTOP');
  await page.clock.fastForward(31_000);
  await page
    .locator(pill)
    .getByText(/Offline · (retry in|retrying)/)
    .waitFor();
  child.kill('SIGCONT');
  await page.locator(pill).getByText('Live').waitFor();
  t.pass('and the page is live again');
});

function barState(page: Page): Promise<string> {
  return page.evaluate("getComputedStyle(document.querySelector('main > .prog')).animationPlayState");
}
