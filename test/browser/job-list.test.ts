// The job list in a browser: the bar of the selected jobs, paging, and the chart.
import type { Page } from 'playwright-core';
import type { Test } from 'tap';
import { startApp } from '../support/app.ts';
import { browserTest } from '../support/browser.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { jobRow } from '../support/screen.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' }, now: () => new Date(2026, 10, 20, 12, 30) };
const bar = '[data-picked]';

/** Sixty jobs, of which the first ten failed; one page shows fifty. */
async function startWithJobs(t: Test) {
  const app = await startApp(t, noop);
  const { repository } = app.parts;
  for (let number = 1; number <= 60; number++)
    endJob(repository, insertJob(repository, { operation: 'export' }), number <= 10 ? 'failed' : 'succeeded');
  return app;
}

browserTest(
  'the bar of the selected jobs is in view and below notices, wherever the list is',
  async (t, open) => {
    const app = await startWithJobs(t);
    const page = await open(`${app.origin}/jobs`, { height: 700 });
    const notice = { tone: 'bad', title: 'Export #1 failed.', text: 'The disk is full.' };
    await page.evaluate(
      `document.body.dispatchEvent(new CustomEvent('chl-notice', { detail: ${JSON.stringify(notice)} }))`,
    );
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 700 });
      await page.locator('#pick-60').check();
      for (const place of ['0', 'document.documentElement.scrollHeight / 2', '3000']) {
        await page.evaluate(`scrollTo(0, ${place})`);
        t.strictSame(
          await buttonsInView(page),
          ['Retry', 'Cancel', 'Remove', 'Clear'],
          `${place} at ${width}`,
        );
      }
      await page.locator(bar).getByText('Clear').click();
      t.notOk(await page.locator(bar).isVisible());
    }
  },
);

/** The first words of the buttons of the bar that can be pressed where they are. */
async function buttonsInView(page: Page): Promise<string[]> {
  return page.locator(`${bar} button`).evaluateAll((buttons: any[]) =>
    buttons
      .filter((button) => {
        const { left, top, width, height } = button.getBoundingClientRect();
        const { ownerDocument: page } = button;
        return button.contains(page.elementFromPoint(left + width / 2, top + height / 2));
      })
      .map((button) => button.textContent.trim().split(' ')[0]),
  );
}

browserTest('jobs that are selected on several pages are retried together', async (t, open) => {
  const app = await startWithJobs(t);
  const page = await open(`${app.origin}/jobs?q=since:7d`);
  await page.locator('#pick-60').check();
  await page.getByRole('link', { name: 'Older' }).click();
  await page.locator(jobRow(1)).waitFor();
  await page.locator(`${bar} p`, { hasText: '1 selected, 1 of them on other pages' }).waitFor();
  for (const number of [3, 4]) await page.locator(`#pick-${number}`).check();
  await page.locator(bar).getByText('Retry selected…').click();
  const dialog = page.locator('#dialog[open]');
  await dialog.getByText('1 job skipped: it is succeeded').waitFor();
  await dialog.getByRole('button', { name: 'Leave them' }).click();
  await page.getByRole('link', { name: 'Newer' }).click();
  await page.locator('#pick-60:checked').waitFor();
  await page.locator(`${bar} p`, { hasText: '3 selected, 2 of them on other pages' }).waitFor();
  await page.reload();
  await page.locator('#pick-60:checked').waitFor();
  await page.locator(bar).getByText('Retry selected…').click();
  await dialog.getByRole('button', { name: 'Retry 2 jobs' }).click();
  await page.locator('#h-bulk', { hasText: '2 queued · 1 skipped · 0 failed' }).waitFor();
  await page.goto(`${app.origin}/jobs?q=since:7d`);
  t.notOk(await page.locator(bar).isVisible(), 'a bulk action has taken the selection');
});

browserTest('another filter drops the selection and says so', async (t, open) => {
  const app = await startWithJobs(t);
  const page = await open(`${app.origin}/jobs`);
  await page.locator('#pick-60').check();
  t.ok(await page.locator('#pick-page').evaluate((box: any) => box.indeterminate));
  await page.locator('#pick-page').click();
  t.match(await page.locator(`${bar} p`).textContent(), /^50 selected$/);
  await page.locator('.chip', { hasText: 'Done' }).first().click();
  await page.waitForURL('**/jobs?status=succeeded');
  await page.locator('#pick-60:not(:checked)').waitFor();
  t.notOk(await page.locator(bar).isVisible());
  await page.locator('.toast', { hasText: 'Selection cleared. The filter changed.' }).waitFor();
});

browserTest('a click on a bar of the chart shows the jobs of its time', async (t, open) => {
  const app = await startWithJobs(t);
  const page = await open(`${app.origin}/jobs?status=failed`);
  const hour = page.getByRole('link', { name: /: 10 jobs, 10 failed$/ });
  // In its middle, which the coloured part need not reach.
  await hour.click();
  await page.waitForURL(/\/jobs\?status=failed&q=since%3A.*until%3A|\/jobs\?status=failed&q=since:.*until:/);
  await page.locator('#h-jobs', { hasText: '1–10 of 10 jobs' }).waitFor();
  t.match(await page.locator('#job-filters').textContent(), /Failed.*since:.*until:/s);
  await page.getByRole('link', { name: 'Show all jobs' }).click();
  await page.locator('#h-jobs', { hasText: '1–50 of 60 jobs' }).waitFor();
  await page.getByRole('link', { name: /: 60 jobs, / }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(/since/);
});
