// Signing in and being signed out, as people see it.
import { startApp } from '../support/app.ts';
import { accessProblems, browserTest, overflowOf } from '../support/browser.ts';

const secret = 'canary-of-the-environment';

browserTest(
  'a link leads over the page for signing in; a page that is signed out says so',
  async (t, open) => {
    const app = await startApp(t, { env: { CHL_ACCESS_TOKEN: secret, CHL_OPERATIONS_MODE: 'noop' } });
    const page = await open(`${app.origin}/jobs?status=failed`);
    await page.getByRole('heading', { name: 'Sign in to CHL Operations' }).waitFor();
    t.strictSame(await accessProblems(page), []);
    await page.getByLabel('Access token').fill('wrong');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('This token is not known, or it was revoked.').waitFor();
    await page.getByLabel('Access token').fill(secret);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/jobs?status=failed');
    await page.locator('.who').getByText('environment').waitFor();
    await page.locator('#conn').getByText('Live').waitFor();
    await page.goto(`${app.origin}/settings/access`);
    t.strictSame(await accessProblems(page), []);
    await page.setViewportSize({ width: 320, height: 700 });
    t.ok((await overflowOf(page)) <= 0, 'it fits 320 px');
    await page.goto(`${app.origin}/jobs?status=failed`);
    await page.locator('#conn').getByText('Live').waitFor();
    const other = await open(`${app.origin}/operations`, { context: page.context() });
    await other.locator('#conn').getByText('Live').waitFor();

    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#conn').getByText('Signed out').waitFor();
    t.equal(
      await page.getByRole('link', { name: 'Sign in' }).getAttribute('href'),
      '/sign-in?back=%2Fjobs%3Fstatus%3Dfailed',
    );
    t.notOk(
      await page.evaluate('"leads" in document.documentElement.dataset'),
      'no stream is asked for again',
    );
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Sign in to CHL Operations' }).waitFor();
  },
);

for (const hasScript of [true, false])
  browserTest(
    `a viewer reads why controls are locked, and Enter sends nothing, ${hasScript ? 'with' : 'without'} scripts`,
    async (t, open) => {
      const app = await startApp(t, { env: { CHL_ACCESS_TOKEN: secret } });
      const { body } = await app.json(
        '/api/v1/tokens',
        { name: 'visitor', role: 'viewer' },
        { authorization: `Bearer ${secret}` },
      );
      const page = await open(`${app.origin}/operations`, { hasScript });
      await page.getByLabel('Access token').fill(body.token);
      await page.getByRole('button', { name: 'Sign in' }).click();
      const reason = page.locator('main').getByText('Needs an operator; you are a viewer.');
      t.ok(await reason.isVisible());
      t.notOk(await page.locator('main').getByText('Needs an admin;').isVisible(), 'nothing here needs one');
      for (const field of ['#drain-sec', '#run-export']) {
        await page.locator(field).focus();
        await page.keyboard.press('Enter');
      }
      await page.locator('#run-export').click({ force: true });
      if (hasScript) {
        await page.locator('#toasts').getByText('Needs an operator; you are a viewer.').first().waitFor();
        t.strictSame(await accessProblems(page), []);
      }
      t.equal(page.url(), `${app.origin}/operations`);
      t.equal(app.ops.prepare("SELECT count(*) FROM audit WHERE outcome = 'refused'").pluck().get(), 0);
    },
  );
