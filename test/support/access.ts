// Accessibility of a page in its current state, at the widths and in the themes that readers have.
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { accessProblems, overflowOf } from './browser.ts';

const widths = [1440, 1024, 390, 320];
/** One of each layout: an examination takes as long as all else. */
const examined = [1440, 390];

/** No horizontal scroll at any width, and no violation. Themes differ in their colours alone, so dark is checked for contrast
 *  only. */
export async function checkAccess(t: Test, page: Page, name: string, selector?: string) {
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    t.ok((await overflowOf(page)) <= 0, `${name}: no horizontal scroll at ${width}`);
    if (!examined.includes(width)) continue;
    await page.emulateMedia({ colorScheme: 'light' });
    t.strictSame(await accessProblems(page, selector), [], `${name}: light at ${width}`);
    await page.emulateMedia({ colorScheme: 'dark' });
    const inDark = await accessProblems(page, selector, ['color-contrast', 'link-in-text-block']);
    t.strictSame(inDark, [], `${name}: dark at ${width}`);
  }
}
