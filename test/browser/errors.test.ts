// The list of errors in a browser: the bar of the ticked groups.
import { startApp } from '../support/app.ts';
import { accessProblems, browserTest } from '../support/browser.ts';
import { addError } from '../support/errors.ts';

browserTest('two errors are ticked and resolved with one click', async (t, open) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  for (const code of ['E1', 'E2', 'E3']) await addError(app, { message: 'it broke', code });
  const page = await open(`${app.origin}/errors`);
  const bar = page.locator('.picked-bar');
  t.notOk(await bar.isVisible(), 'nothing is ticked');
  for (const id of [1, 3]) await page.locator(`#pick-error-${id}`).check();
  t.ok(await bar.isVisible());
  t.strictSame(await accessProblems(page), []);
  await bar.getByText('Clear').click();
  t.notOk(await bar.isVisible(), 'nothing is ticked any more');
  for (const id of [1, 3]) await page.locator(`#pick-error-${id}`).check();
  await bar.getByText('Resolve selected').click();
  await page.locator('.toast', { hasText: '2 errors resolved.' }).waitFor();
  const rows = page.locator('#error-list tbody tr');
  t.strictSame(await rows.evaluateAll((all: any[]) => all.map(({ id }) => id)), ['error-2']);
});
