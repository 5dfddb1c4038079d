// The table of requests on a narrow page: it has no head, so its order is chosen by chips.
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';

browserTest('nothing that is out of sight takes the focus, and the order can be chosen', async (t, open) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  await app.page('/operations');
  const narrow = await open(`${app.origin}/requests`, { width: 390 });
  const links = narrow.locator('.requests thead a');
  t.ok(await links.count());
  t.ok(await links.evaluateAll((all) => all.every((link) => !link.checkVisibility())));
  await narrow.locator('.sortings').getByRole('link', { name: 'Max' }).click();
  await narrow.waitForURL('**/requests?sort=max');
  const wide = await open(`${app.origin}/requests`, { width: 1440 });
  t.equal(await wide.locator('.sortings').isVisible(), false);
  t.ok(await wide.locator('.requests thead a').first().isVisible());
});
