// After a card is swapped, each control does what it shows, and the reader's state is kept.
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { jobRow, operationRow } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

const yaml = `operations:
  - { name: chore, title: Chore, summary: Sleeps., command: [sleep, "1000"] }
  - { name: risk, title: Risk, summary: Fails., danger: costly, command: ["false"] }
`;

browserTest(
  'every link and button of a card does what it shows, in each state of its jobs',
  async (t, open) => {
    const app = await startWithCustom(t);
    const page = await open(`${app.origin}/operations`);
    await page.locator('#conn').getByText('Live').waitFor();
    await recordClicks(page);
    await clickAll(t, page, 'idle');
    await submit(app, 'chore');
    await submit(app, 'risk');
    await app.whenJob(2, 'failed');
    await page.locator(jobRow(2)).getByText('Failed').first().waitFor();
    await page.locator(operationRow('chore')).getByText('Live log').waitFor();
    await clickAll(t, page, 'one runs, one has failed');
    await app.json('/api/v1/operations/jobs/1/cancel', {});
    await app.whenJob(1, 'cancelled');
    await page.locator(operationRow('chore')).getByText('Cancelled').waitFor();
    await clickAll(t, page, 'both have ended');
  },
);

browserTest('every link, button and box of the list and of a job does what it shows', async (t, open) => {
  const app = await startWithCustom(t);
  await submit(app, 'risk');
  await app.whenJob(1, 'failed');
  await submit(app, 'chore');
  await app.whenJob(2, 'running');
  const page = await open(`${app.origin}/jobs`);
  await page.context().grantPermissions(['clipboard-write'], { origin: app.origin });
  for (const address of ['/jobs', '/jobs/1', '/jobs/2']) {
    await page.goto(app.origin + address);
    await page.locator('#conn').getByText('Live').waitFor();
    await recordClicks(page);
    await clickAll(t, page, address);
  }
  await app.json('/api/v1/operations/jobs/2/cancel', {});
  await app.whenJob(2, 'cancelled');
});

browserTest('all details stay as the reader left them when every card is swapped', async (t, open) => {
  const app = await startWithCustom(t);
  await submit(app, 'risk');
  await app.whenJob(1, 'failed');
  const page = await open(`${app.origin}/operations`);
  for (const address of ['/operations', '/jobs/1']) {
    await page.goto(app.origin + address);
    await page.locator('#conn').getByText('Live').waitFor();
    const states = () =>
      page.locator('main details').evaluateAll((all: any[]) => all.map(({ open }) => open));
    for (let turn = 0; turn < 2; turn++) {
      for (const summary of await page.locator('main summary').all()) await summary.click();
      const before = await states();
      t.ok(before.length > 0);
      await swapAll(page);
      t.strictSame(await states(), before, address);
    }
  }
});

browserTest('a group stays open and closed while its operations run', async (t, open) => {
  const app = await startWithCustom(t);
  await submit(app, 'risk');
  await app.whenJob(1, 'failed');
  const page = await open(`${app.origin}/operations`);
  await page.locator('#conn').getByText('Live').waitFor();
  const group = page.locator('details.group:not(#more)');
  const isOpen = () => group.evaluate((details) => details.hasAttribute('open'));
  for (const [number, isWanted] of [true, false, true].entries()) {
    if ((await isOpen()) !== isWanted) await group.locator('summary').click();
    await submit(app, 'risk');
    await page
      .locator(jobRow(number + 2))
      .getByText('Failed')
      .first()
      .waitFor();
    t.equal(await isOpen(), isWanted);
  }
});

browserTest(
  'a filter keeps its text, its rows and the folded groups while the card is swapped',
  async (t, open) => {
    const entries = Array.from(
      { length: 12 },
      (_, at) =>
        `  - { name: chore-${at}, title: Chore ${at}, summary: Does it., command: ["true"], group: Group ${at % 2} }\n`,
    );
    const root = makeFolder(t, { 'operations.yaml': `operations:\n${entries.join('')}` });
    const app = await startApp(t, { root });
    const page = await open(`${app.origin}/operations`);
    await page.locator('#conn').getByText('Live').waitFor();
    const shown = () => page.locator('.thin:visible h4').allTextContents();
    t.strictSame(await shown(), [], 'all groups are folded');
    await page.locator('#operation-filter').fill('chore 1');
    t.strictSame(await shown(), ['Chore 10', 'Chore 1', 'Chore 11']);
    await submit(app, 'chore-1');
    await page.locator(`${operationRow('chore-1')} .badge`, { hasText: 'Done' }).waitFor();
    t.equal(await page.locator('#operation-filter').inputValue(), 'chore 1');
    t.equal(await page.evaluate('document.activeElement.id'), 'operation-filter');
    t.strictSame(await shown(), ['Chore 10', 'Chore 1', 'Chore 11']);
    await page.locator('#operation-filter').fill('nothing');
    await page.getByText('No operation has this name.').waitFor();
    await page.locator('#operation-filter').fill('');
    t.strictSame(await shown(), [], 'folded as before');
  },
);

browserTest('a link that a swap reuses for another keeps no listener of the first', async (t, open) => {
  const app = await startWithCustom(t);
  const page = await open(`${app.origin}/operations`);
  const isSameLink = await page.evaluate(`(() => {
    const host = document.querySelector('main').appendChild(document.createElement('div'));
    host.innerHTML = '<a class="probe" href="#ask" hx-get="/ui/ask">Ask</a>';
    htmx.process(host);
    const link = host.firstChild;
    const style = { swapStyle: 'morph:innerHTML', swapDelay: 0, settleDelay: 0 };
    htmx.swap(host, '<a class="probe" href="#log">Log</a>', style, { contextElement: host });
    window.requests = 0;
    document.addEventListener('htmx:beforeRequest', ({ target }) => requests += Number(target.matches('.probe')));
    return host.firstChild === link;
  })()`);
  t.ok(isSameLink, 'the swap changes the link in place');
  await page.locator('.probe', { hasText: 'Log' }).click();
  await page.waitForURL('**#log');
  t.equal(await page.evaluate('requests'), 0);
});

browserTest('a slow click shows a spinner, on links that open a dialog too', async (t, open) => {
  const app = await startWithCustom(t);
  const page = await open(`${app.origin}/operations`);
  let answer = () => {};
  await page.route('**/confirm', async (route) => {
    await new Promise<void>((resolve) => {
      answer = resolve;
    });
    await route.continue();
  });
  const button = page.locator('#ask-import');
  const asked = page.waitForRequest('**/confirm');
  await button.click();
  await asked;
  t.equal(await button.getAttribute('aria-busy'), 'true');
  t.equal(await button.evaluate(spinnerOf), '1', 'the spinner is visible');
  answer();
  await page.locator('#dialog[open]').waitFor();
  t.equal(await button.getAttribute('aria-busy'), null);
});

/** The opacity of the spinner of a busy button. */
const spinnerOf = (button: any) =>
  button.ownerDocument.defaultView.getComputedStyle(button, '::after').opacity;

function startWithCustom(t: Test) {
  const root = makeFolder(t, { 'operations.yaml': yaml });
  return startApp(t, { root });
}

const submit = (app: TestApp, name: string) => app.json(`/api/v1/operations/${name}`, { args: {} });

/** Keeps the page in place: records where a link would lead, instead of following it. */
async function recordClicks(page: Page) {
  await page.evaluate(`document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href]');
    window.followed = link && !event.defaultPrevented ? link.getAttribute('href') : null;
    if (link) event.preventDefault();
  })`);
}

/** Swaps every card of the page, then clicks every control in it. Requests that would change something or leave the list
 *  are recorded and not sent. */
async function clickAll(t: Test, page: Page, state: string) {
  const sent: string[] = [];
  await page.route('**', (route) => {
    const request = route.request();
    if (request.method() !== 'POST' && !request.headers()['hx-boosted']) return route.continue();
    sent.push(pathOf(request.url()));
    return route.fulfill({ status: 204 });
  });
  const hosts = await swapAll(page);
  t.ok(hosts.length > 0);
  for (const host of hosts) {
    const controls = page.locator(`${host} :is(a, button, summary, input[type="checkbox"])`);
    for (let at = 0; at < (await controls.count()); at += 1) {
      const control = controls.nth(at);
      if (!(await control.isVisible())) continue;
      const shown = await control.evaluate(readControl);
      const what = `${state}: ${shown.name} in ${host}`;
      const headings = await headingsIn(page, host);
      const request = shown.gets ?? shown.action ?? shown.boosts;
      const answer = request ? page.waitForResponse((one) => one.url().endsWith(request)) : null;
      await control.evaluate(click);
      await answer;
      // A second click leaves details and boxes as they were.
      if (shown.isSwitch) await control.click();
      if (shown.isDialog) {
        await page.locator('#dialog[open]').waitFor();
        await page.keyboard.press('Escape');
        await page.locator('#dialog:not([open])').waitFor({ state: 'attached' });
      } else if (shown.href && !shown.gets && !shown.boosts)
        t.equal(await page.evaluate('window.followed'), shown.href, what);
      const wanted = shown.action ?? shown.boosts;
      t.strictSame(sent.splice(0), wanted ? [wanted] : [], `${what} sends only its request`);
      t.strictSame(await headingsIn(page, host), headings, `${what} keeps the card`);
    }
  }
  await page.unroute('**');
}

/** Where the control is, which its middle need not show. Elements of a chart have no method for it. */
const click = (one: any) =>
  one.dispatchEvent(
    new one.ownerDocument.defaultView.MouseEvent('click', { bubbles: true, cancelable: true }),
  );

/** Refreshes every card, and returns the selectors of their hosts. */
async function swapAll(page: Page): Promise<string[]> {
  const hosts = await page
    .locator('[hx-trigger*="ops-refresh"]')
    .evaluateAll((found: any[]) =>
      found.map((host) => ({ selector: `#${host.id}`, path: host.getAttribute('hx-get') })),
    );
  const answers = hosts.map(({ path }) =>
    page.waitForResponse((one) => pathOf(one.url()) === path).then((answer) => answer.finished()),
  );
  await page.locator('h1').first().click();
  await page.keyboard.press('r');
  await Promise.all(answers);
  return hosts.map(({ selector }) => selector);
}

const headingsIn = (page: Page, host: string) => page.locator(`${host} h2`).allTextContents();

function pathOf(address: string): string {
  const { pathname, search } = new URL(address);
  return pathname + search;
}

/** What a control shows that it does. */
function readControl(
  one: any,
): Record<'name' | 'href' | 'gets' | 'action' | 'boosts', string | null> &
  Record<'isDialog' | 'isSwitch', boolean> {
  const isOff = one.getAttribute('aria-disabled') === 'true';
  const href = one.getAttribute('href');
  return {
    name: one.textContent.trim() || one.getAttribute('aria-label'),
    href,
    gets: one.getAttribute('hx-get'),
    boosts: one.matches('[hx-boost="true"] a') ? href : null,
    action: one.matches('form button') && !isOff ? one.closest('form').getAttribute('action') : null,
    isSwitch: one.matches('summary, input'),
    isDialog: one.getAttribute('hx-target') === '#dialog',
  };
}
