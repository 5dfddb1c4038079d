// Typed values stay in a form until they are saved or given up, whatever happens to the session or the server.
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';

const secret = 'canary-of-the-environment';
const env = { CHL_ACCESS_TOKEN: secret, CHL_OPERATIONS_MODE: 'noop' };
const fieldsUnderTheBar = `
  const bar = document.querySelector('.actionbar');
  const fields = [...document.querySelectorAll('#limits .input')];
  fields.filter((field) => {
    field.focus();
    return field.getBoundingClientRect().bottom > bar.getBoundingClientRect().top;
  }).length
`;

browserTest('typed limits survive the end of the session and of the server', async (t, open) => {
  const app = await startApp(t, { env });
  const signIn = async (tab: Awaited<ReturnType<typeof open>>) => {
    await tab.getByLabel('Access token').fill(secret);
    await tab.getByRole('button', { name: 'Sign in' }).click();
  };
  const page = await open(`${app.origin}/settings/limits`);
  await signIn(page);
  const days = page.locator('#set-retention-days');
  await days.waitFor();
  t.equal(await page.evaluate(fieldsUnderTheBar), 0, 'no field gets the focus under the bar');
  await days.fill('60');
  const save = page.locator('#limits .actionbar button');

  const questions: string[] = [];
  page.on('dialog', (dialog) => {
    questions.push(dialog.type());
    void dialog.dismiss();
  });
  await page
    .getByRole('link', { name: 'All values' })
    .or(page.getByRole('link', { name: 'Settings' }))
    .first()
    .click();
  t.same(questions, ['beforeunload'], 'leaving asks');
  t.equal(await days.inputValue(), '60');

  app.ops.exec('DELETE FROM session');
  await save.click();
  const note = page.locator('#note').getByText('You are signed out, so nothing was saved.');
  await note.waitFor();
  const box = await note.boundingBox();
  t.ok(box && box.y > 0 && box.y < 900, 'the note is in view');
  t.equal(await days.inputValue(), '60');
  const other = await open(`${app.origin}/sign-in?back=/settings`, { context: page.context() });
  await signIn(other);
  await other.waitForURL('**/settings');
  await save.click();
  await page.locator('#toasts').getByText('1 value saved.').waitFor();
  t.equal(app.config.retentionDays, 60);

  await days.fill('0');
  await save.click();
  await page.locator('#set-retention-days-problem').waitFor();
  t.match(page.url(), /\/settings\/limits$/, 'a refused save is no entry of the history');
  await days.fill('61');
  await app.close();
  await save.click();
  await page.locator('#toasts').getByText('No answer from the server.').waitFor();
  t.equal(await days.inputValue(), '61');
});
