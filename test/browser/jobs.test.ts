// Jobs in a browser: bulk actions of the list, and the live page of a running job.
import { createCatalogue } from '../../src/core/catalogue.ts';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { defineOperation } from '../support/operations.ts';

const catalogue = () =>
  createCatalogue([
    defineOperation({ name: 'chore' }),
    defineOperation({ name: 'breaks', child: 'fails' }),
    defineOperation({ name: 'waits', child: 'sleeps' }),
  ]);

browserTest('the selected jobs of the list are retried, each with its own outcome', async (t, open) => {
  const app = await startApp(t, { catalogue: catalogue() });
  await app.run('breaks');
  await app.run('chore');
  const page = await open(`${app.origin}/jobs`);
  const strip = page.locator('[data-picked]');
  t.notOk(await strip.isVisible(), 'nothing is selected and there is one page');
  await page.locator('#pick-1').check();
  await page.locator('#pick-2').check();
  await strip.getByText('Retry selected…').click();
  await page.locator('#dialog[open]').getByRole('button', { name: 'Retry 1 job' }).click();
  await page.waitForURL('**/jobs/bulk/*');
  await page.locator('#h-bulk', { hasText: '1 queued · 1 skipped · 0 failed' }).waitFor();
  t.match(await page.locator('#bulk-run table').textContent(), /New job #3/);
  t.match(
    await page.locator('#bulk-run table').textContent(),
    /only failed and cancelled jobs can be retried/,
  );
  await app.whenJob(3);
});

browserTest('all matching jobs of the list are cancelled', async (t, open) => {
  const app = await startApp(t, { catalogue: catalogue() });
  for (const number of [1, 2]) {
    await app.json('/api/v1/operations/waits', {});
    await app.whenJob(number, 'running');
  }
  const page = await open(`${app.origin}/jobs`);
  await page.getByText('Cancel all 2 matching jobs…').click();
  await page.locator('#dialog[open]').getByRole('button', { name: 'Cancel 2 jobs' }).click();
  await page.locator('#h-bulk', { hasText: '2 cancelled or stopping · 0 skipped · 0 failed' }).waitFor();
  for (const number of [1, 2]) t.match(await app.whenJob(number), { status: 'cancelled' });
});

browserTest('a job that runs longer than usual shows the factor until it ends', async (t, open) => {
  const quick = await startApp(t, { catalogue: createCatalogue([defineOperation()]) });
  await quick.run('chore');
  await quick.close();
  const slow = createCatalogue([defineOperation({ child: 'sleeps' })]);
  const app = await startApp(t, { catalogue: slow, root: quick.root });
  await app.json('/api/v1/operations/chore', {});
  const { started_at } = await app.whenJob(2, 'running');
  const page = await open(`${app.origin}/jobs/2`, { hasTestClock: true });
  const usual = page.locator('[data-usual]');
  const seconds = Number(await usual.getAttribute('data-usual'));
  await page.clock.pauseAt(Date.parse(started_at ?? '') + 3100 * seconds + 60_000);
  await page.clock.runFor(1000);
  const [, times] = /, now ([\d.]+) × usual/.exec((await usual.textContent()) ?? '') ?? [];
  // The clock of the page stops at a whole millisecond.
  t.ok(Math.abs(Number(times) - (3.1 + 61 / seconds)) < 0.11, `${times} × ${seconds} s`);
  await app.json('/api/v1/operations/jobs/2/cancel', {});
  await page.locator('.verdict', { hasText: /^Cancelled after .* × usual$/ }).waitFor();
  t.equal(await usual.count(), 0);
});

browserTest(
  'a page shows the rows of its job as they arrive, and warns when progress stalls',
  async (t, open) => {
    const app = await startApp(t, { catalogue: catalogue() });
    await app.json('/api/v1/operations/waits', {});
    const job = await app.whenJob(1, 'running');
    const at = new Date().toISOString();
    const { repository, bus } = app.parts;
    const progress = {
      done: 1,
      total: 9,
      phase: 'write',
      note: null,
      rate: null,
      phases: [],
      phase_started_at: at,
    };
    repository.setProgress(job, { ...progress, updated_at: at }, 0);
    const page = await open(`${app.origin}/jobs/1`, { hasTestClock: true });
    t.notOk(await page.locator('#rows').isVisible());
    const refetched = page.waitForResponse(/\/ui\/jobs\/1\/rows$/);
    repository.addRows(job.id, [{ ref: 'Sheet!7', outcome: 'invalid', message: 'no title' }]);
    bus.emit('rows', job);
    await refetched;
    await page.locator('#rows', { hasText: 'no title' }).waitFor();
    await page.clock.fastForward(60_000);
    await page.getByText(/No progress for \d+ s/).waitFor();
    await app.json('/api/v1/operations/jobs/1/cancel', {});
    await app.whenJob(1);
  },
);

browserTest('a failure and a command are copied, on pages without a clipboard too', async (t, open) => {
  const app = await startApp(t, { catalogue: catalogue() });
  const { failure } = await app.run('breaks');
  const page = await open(`${app.origin}/jobs/1`, { hasTestClock: true });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'], { origin: app.origin });
  await page.evaluate('window.clipboard = navigator.clipboard');
  const copied = () => page.evaluate<string>('clipboard.readText()');
  const button = page.locator('[data-copy="failure-1"]');
  for (let click = 0; click < 2; click++) {
    await button.click();
    await button.getByText('Copied').waitFor();
    t.match(await copied(), `breaks #1: ${failure?.message}`);
    await page.clock.runFor(1000);
  }
  await page.clock.runFor(5000);
  t.equal(await button.textContent(), 'Copy failure', 'its label is back after two clicks');
  await page.evaluate(`Object.defineProperty(navigator, 'clipboard', { value: undefined })`);
  const command = page.locator('[data-copy="copy-curl"]');
  await command.click();
  await command.getByText('Copied').waitFor();
  t.match(await copied(), /^curl .*\/api\/v1\/operations\/breaks/s);
});
