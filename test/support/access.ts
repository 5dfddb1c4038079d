// Accessibility of a page in its current state, at the widths and in the themes that readers have. Several files examine
// pages, so that none of them takes longer than a file may.
import fs from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import t, { type Test } from 'tap';
import { features } from '../../src/features.ts';
import { startApp, type TestApp } from './app.ts';
import { addBackup, proven } from './backups.ts';
import { accessProblems, browserTest, overflowOf } from './browser.ts';

const widths = [1440, 1024, 390, 320];
/** One of each layout: an examination takes as long as all else. */
const examined = [1440, 390];
const ofHubs =
  /^\/(status|checks|storage|backups|databases|caches|activity|audit|errors|log|requests|settings)/;
export const backedUpAt = '2026-11-22T02:00:00.000Z';

/** The examples that features declare, of the pages below the hubs or of all others. */
export function examineExamples(kind: 'hubs' | 'others') {
  const examples = features.flatMap(({ pages = [] }) => pages.flatMap((page) => page.examples));
  let app: Promise<TestApp> | null = null;
  for (const address of examples.filter((example) => ofHubs.test(example) === (kind === 'hubs'))) {
    browserTest(`${address} is accessible`, async (t, open) => {
      app ??= startFilled();
      await checkAccess(t, await open((await app).origin + address), address);
    });
  }
}

/** No horizontal scroll at any width, and no violation. Themes differ in their colours alone, so dark is checked for contrast
 *  only, at one width. */
export async function checkAccess(t: Test, page: Page, name: string, selector?: string) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    t.ok((await overflowOf(page)) <= 0, `${name}: no horizontal scroll at ${width}`);
    if (!examined.includes(width)) continue;
    await page.emulateMedia({ colorScheme: 'light' });
    t.strictSame(await accessProblems(page, selector), [], `${name}: light at ${width}`);
    if (width !== examined[0]) continue;
    await page.emulateMedia({ colorScheme: 'dark' });
    const inDark = await accessProblems(page, selector, ['color-contrast', 'link-in-text-block']);
    t.strictSame(inDark, [], `${name}: dark at ${width}`);
  }
}

/** A library with an index, a job that failed, and backups. */
export async function startFilled(): Promise<TestApp> {
  const filled = await startApp(t);
  await filled.run('import');
  await filled.json('/api/v1/incidents', { title: 'Imports fail', severity: 2 });
  await filled.run('index');
  const folder = path.join(filled.root, 'sheets/bad');
  fs.mkdirSync(folder);
  for (const tab of ['categories', 'experiences', 'manuals']) {
    fs.writeFileSync(path.join(folder, `${tab}.csv`), 'no,such,columns\n');
  }
  await filled.run('import', { path: folder });
  addBackup(filled, '2026-11-29T02:00:00.000Z', proven);
  addBackup(filled, backedUpAt, { ...proven, proof: 'failed' });
  return filled;
}
