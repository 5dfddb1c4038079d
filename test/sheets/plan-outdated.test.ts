// An import with the token of a plan: accepted while the plan is current, else refused before a job is queued.
import { parse } from 'node-html-parser';
import t from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { addCategory } from '../support/entries.ts';
import { textOf } from '../support/screen.ts';

const merge = { mode: 'merge' };
const confirmed = { reason: 'a test needs it', confirm: 'import' };

async function planOf(app: TestApp): Promise<string> {
  const { result } = await app.run('import', { ...merge, dry_run: true });
  return String(result?.plan);
}

t.test('a current plan is applied, and an outdated one is refused with 409', async (t) => {
  const app = await startApp(t);
  const plan = await planOf(app);
  const first = await app.json('/api/v1/operations/import', { args: { ...merge, plan }, ...confirmed });
  t.equal(first.status, 202);
  t.equal((await app.whenJob(first.body.number)).status, 'succeeded');

  const jobs = app.parts.listing.total();
  const again = await app.json('/api/v1/operations/import', { args: { ...merge, plan }, ...confirmed });
  t.match(again, {
    status: 409,
    body: { error: { code: 'plan_outdated', message: /has changed since the plan was made/ } },
  });
  const form = await app.submit('/ui/operations/run/import', { ...merge, plan, ...confirmed });
  t.equal(form.status, 409);
  const page = parse(await form.text());
  t.match(textOf(page, 'main'), /has changed since the plan was made; nothing was written/);
  t.equal(page.querySelector('input[name="plan"]')?.getAttribute('value'), plan, 'what was typed is kept');
  t.equal(app.parts.listing.total(), jobs, 'nothing was queued');
});

t.test('a validation error takes precedence over an outdated plan', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  addCategory(app.library, 'GEN');
  const args = { mode: 'replace', plan: 'f'.repeat(32) };
  const { body } = await app.json('/api/v1/operations/import', { args });
  t.equal(body.error.code, 'confirmation_required');
});
