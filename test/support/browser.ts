// A real browser for a test file: Debian's Chromium through playwright-core, one per file, started for the first page.
// Without Chromium the tests are skipped with a message how to install it.
import './plain-children.ts';
import fs from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import t, { type Test } from 'tap';

type PageOptions = {
  width?: number;
  height?: number;
  theme?: 'light' | 'dark';
  hasScript?: boolean;
  /** Another tab of the same browser profile. */
  context?: BrowserContext;
  /** Console errors that the test expects. */
  expect?: RegExp;
  /** The test controls the page's clock with `page.clock`. */
  hasTestClock?: boolean;
};

/** Opens a page that is closed with the test. */
export type OpenPage = (url: string, options?: PageOptions) => Promise<Page>;

/** The headless shell is first: the same engine without windows takes half the processor time. */
const executablePath = [
  '/usr/bin/chromium-headless-shell',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((file) => fs.existsSync(file));
/** The browser itself logs a lost server and a refused request. */
const deliberate = /net::ERR_|(status of|Status Error Code) (4\d\d|503)|htmx:(sendError|afterRequest)/;
const waitMaxMs = 30_000;
let running: Promise<Browser> | null = null;

/** A browser test; an error on the console of a page fails it. */
export function browserTest(title: string, work: (t: Test, open: OpenPage) => Promise<void>) {
  const skip = executablePath
    ? false
    : 'Chromium is not installed; run apt-get install chromium-headless-shell';
  return t.test(title, { skip }, async (t) => {
    const problems: string[] = [];
    await work(t, (url, options) => openPage(t, url, options ?? {}, problems));
    t.strictSame(problems, [], 'the console has no error');
  });
}

async function openPage(t: Test, url: string, options: PageOptions, problems: string[]): Promise<Page> {
  const { width = 1440, height = 900, theme = 'light', hasScript = true, expect } = options;
  const context =
    options.context ??
    (await (
      await browser()
    ).newContext({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: 'reduce',
      javaScriptEnabled: hasScript,
    }));
  if (!options.context) t.teardown(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(waitMaxMs);
  if (options.hasTestClock) await page.clock.install();
  const collect = (text: string) => {
    if (!deliberate.test(text) && !expect?.test(text)) problems.push(`${page.url()}: ${text}`);
  };
  page.on('console', (message) => {
    if (message.type() === 'error') collect(message.text());
  });
  page.on('pageerror', (error) => collect(String(error)));
  await page.goto(url);
  return page;
}

function browser(): Promise<Browser> {
  if (running) return running;
  const isRoot = process.getuid?.() === 0;
  running = chromium.launch({
    ...(executablePath ? { executablePath } : {}),
    // Debian's Chromium imitates a GPU on the processor.
    args: ['--disable-gpu', ...(isRoot ? ['--no-sandbox'] : [])],
  });
  t.teardown(async () => {
    const closing = running;
    running = null;
    await (await closing)?.close();
  });
  return running;
}

/** The axe violations of the page in its current state, or of the element at `selector`; `rules` limits them. */
export async function accessProblems(page: Page, selector?: string, rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(axe.source);
  const options = { resultTypes: ['violations'], preload: false, iframes: false, runOnly: rules };
  const { violations } = (await page.evaluate(
    `axe.run(${JSON.stringify(selector ?? 'html')}, ${JSON.stringify(options)})`,
  )) as axe.AxeResults;
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** How many pixels the page is wider than its window. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
