// Long words, large figures and narrow windows: no page scrolls sideways, every text keeps a readable width, and none
// covers another.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { startApp } from '../support/app.ts';
import { browserTest, overflowOf } from '../support/browser.ts';
import { makeFolder } from '../support/folder.ts';

type Box = Record<'left' | 'right' | 'top' | 'bottom' | 'width', number>;

const widths = [1440, 1024, 960, 880, 800, 720, 390, 320];
const longWord = 'abcdefghijklmnopqrstuvwxyz-0123456789'.repeat(5);
const operations = `operations:
  - name: describes
    title: A title of an operation of nearly sixty characters
    summary: Has long labels.
    args: { text: { type: string, title: A label so long that it takes more than one line of a phone } }
    command: [sh, -c, "echo ${longWord} >&2; exit 3"]
  - { name: waits, title: Waits, summary: Is tried again later., command: [sh, -c, "exit 75"],
      retries: { max_attempts: 3, delay_sec: 600 } }
  - { name: costs, title: Costs, summary: Asks first., danger: costly, command: ["true"] }
`;

browserTest('no page scrolls sideways, whatever its texts', async (t, open) => {
  const root = makeFolder(t);
  fs.writeFileSync(path.join(root, 'operations.yaml'), operations, { mode: 0o600 });
  const app = await startApp(t, { root });
  const submit = { args: { text: longWord }, reason: longWord };
  const { body } = await app.json('/api/v1/operations/describes', submit, {
    'x-actor': longWord.slice(0, 60),
  });
  await app.whenJob(body.number);
  const later = await app.json('/api/v1/operations/waits', {});
  await app.whenJob(later.body.number, 'retrying');
  for (const atMs of [0, 1000])
    app.parts.repository.addSample(app.parts.jobs.find('1'), { atMs, rssBytes: 1e8, cpuPercent: 50 });
  const page = await open(`${app.origin}/operations`);
  for (const address of ['/operations', '/jobs', `/jobs/${body.number}`]) {
    await page.goto(app.origin + address);
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      t.ok((await overflowOf(page)) <= 0, `${address} at ${width}`);
      if (address === '/jobs') await checkColumns(t, page, width);
      if (address === '/operations' && width > 600) await checkAlignment(t, page, width);
      t.strictSame(await findOverlaps(page), [], `${address} at ${width}`);
    }
  }
  const details = page.locator('.kv').filter({ hasText: 'A label so long' });
  const [label, value] = [details.locator('dt').nth(1), details.locator('dd').nth(1)];
  for (const width of [1440, 390, 320]) {
    await page.setViewportSize({ width, height: 900 });
    t.ok((await widthOf(label)) >= 60, `the label at ${width}`);
    t.ok((await widthOf(value)) >= 100, `the value at ${width}`);
  }
});

browserTest('a large figure keeps its curve beside it', async (t, open) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const page = await open(`${app.origin}/operations`);
  const heights = () =>
    page.evaluate(
      `[...document.querySelectorAll('.stat')].map((stat) => stat.getBoundingClientRect().height)`,
    );
  for (const width of [1440, 1024, 720, 390]) {
    await page.setViewportSize({ width, height: 900 });
    const before = await heights();
    await page.evaluate(
      `for (const figure of document.querySelectorAll('.stat .v')) figure.innerHTML = '267,749 <small>/ min</small>';
       for (const stat of document.querySelectorAll('.stat:not(:has(.curve))'))
         stat.querySelector('.v').insertAdjacentHTML('afterend', '<dd class="curve"><svg class="spark" viewBox="0 0 144 48"></svg></dd>')`,
    );
    t.same(await heights(), before, `at ${width}`);
    t.ok((await overflowOf(page)) <= 0);
    await page.reload();
  }
});

async function checkColumns(t: Test, page: Page, width: number) {
  const names = await page.locator('.jobs .c-name').all();
  for (const name of names) t.ok((await widthOf(name)) >= 130, `the name has room at ${width}`);
  for (const cause of await page.locator('.jobs .c-name .sub').all())
    t.ok(((await cause.boundingBox())?.height ?? 0) <= 40, `a cause takes two lines at most at ${width}`);
}

/** The rows of custom operations have the same columns, whatever their buttons. */
async function checkAlignment(t: Test, page: Page, width: number) {
  const columns = await page
    .locator('.thin > .say')
    .evaluateAll((cells: any[]) => cells.map((cell) => cell.getBoundingClientRect().left));
  t.equal(new Set(columns).size, 1, `one column at ${width}`);
}

/** Pairs of texts of which one covers the other by more than the space between two lines. */
function findOverlaps(page: Page) {
  return page.evaluate(`(() => {
    const boxes = [];
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const parent = node.parentElement;
      if (!node.data.trim() || !parent.checkVisibility() || parent.closest('.sr, caption, thead, title, option')) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const { left, top, right, bottom } of range.getClientRects()) {
        const box = { node, left, top, right, bottom };
        for (let clip = parent; clip; clip = clip.parentElement) {
          if (getComputedStyle(clip).overflow === 'visible') continue;
          const edge = clip.getBoundingClientRect();
          box.left = Math.max(box.left, edge.left);
          box.top = Math.max(box.top, edge.top);
          box.right = Math.min(box.right, edge.right);
          box.bottom = Math.min(box.bottom, edge.bottom);
        }
        boxes.push(box);
      }
    }
    const space = 2;
    return boxes.flatMap((one, at) => boxes.slice(at + 1)
      .filter((other) => other.node !== one.node &&
        Math.min(one.right, other.right) - Math.max(one.left, other.left) > space &&
        Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > space)
      .map((other) => one.node.data.trim() + ' / ' + other.node.data.trim()));
  })()`);
}

async function widthOf(element: ReturnType<Page['locator']>): Promise<number> {
  return (await element.boundingBox())?.width ?? 0;
}

browserTest('the setup stands beside the areas of settings where there is room', async (t, open) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const page = await open(`${app.origin}/settings`);
  const boxOf = (host: string) =>
    page.locator(host).evaluate((node) => node.getBoundingClientRect().toJSON() as Box);
  for (const [width, isBeside] of [
    [1440, true],
    [720, false],
    [390, false],
  ] as const) {
    await page.setViewportSize({ width, height: 900 });
    const [areas, setup] = [await boxOf('#settings-card'), await boxOf('#setup-card')];
    t.equal(setup.left >= areas.right, isBeside, `beside at ${width}`);
    t.equal(setup.top >= areas.bottom, !isBeside, `below at ${width}`);
    if (!isBeside) t.equal(setup.width, areas.width, `as wide at ${width}`);
  }
});
