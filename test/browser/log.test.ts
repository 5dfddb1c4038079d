// The log of a job in a browser: it follows until the operator scrolls or selects text, and resumes on request.
import type { Page } from 'playwright-core';
import type { Test } from 'tap';

import { createCatalogue } from '../../src/core/catalogue.ts';
import { jobLogFile, openJobLog } from '../../src/job-log/log.ts';
import { startApp } from '../support/app.ts';
import { browserTest, type OpenPage } from '../support/browser.ts';
import { defineOperation } from '../support/operations.ts';

const noop = { env: { CHL_OPERATIONS_MODE: 'noop' } };
const atEnd = 'log.scrollHeight - log.scrollTop - log.clientHeight';

/** A job whose log the test writes. */
async function openLog(t: Test, open: OpenPage, lines: number, address = '') {
  const app = await startApp(t, noop);
  const job = await app.run('export');
  const log = openJobLog(jobLogFile(app.root, job.number), 10_000_000, () => new Date());
  t.teardown(log.close);
  let written = 0;
  const write = (more: number) => {
    for (let at = 0; at < more; at++) log.write('stdout', Buffer.from(`INFO row ${++written}\n`));
    app.parts.bus.emit('log', job);
  };
  write(lines);
  const page = await open(`${app.origin}/jobs/${job.number}${address}`);
  return { app, job, log, write, page };
}

const line = (page: Page, number: number) => page.locator(`#L${number}`);

browserTest('the log of an ended job is as high as its lines, up to a limit', async (t, open) => {
  const { page, write } = await openLog(t, open, 3);
  const height = async () => (await page.locator('#log').boundingBox())?.height ?? 0;
  const short = await height();
  t.ok(short > 3 * 20 && short < 8 * 24, `${short} px for three lines`);
  write(600);
  await page.reload();
  await line(page, 603).waitFor();
  t.equal(await height(), 28 * 16);
});

browserTest('the log follows its end, and stops when the operator scrolls up', async (t, open) => {
  const { page, write } = await openLog(t, open, 600);
  await line(page, 600).waitFor();
  t.ok(await page.locator('[data-log-follow]').isChecked());
  write(100);
  await line(page, 700).waitFor();
  t.ok(Number(await page.evaluate(atEnd)) <= 10, 'at the end');

  await page.evaluate('log.scrollTop = 100');
  await page.locator('[data-log-follow]:not(:checked)').waitFor();
  write(50);
  await line(page, 750).waitFor({ state: 'attached' });
  t.equal(await page.evaluate('log.scrollTop'), 100, 'the scroll position is unchanged');
  t.match(await page.locator('[data-log-new]').textContent(), '50 new lines');
  await page.keyboard.press('End');
  await page.locator('[data-log-follow]:checked').waitFor();
  t.ok(Number(await page.evaluate(atEnd)) <= 10);
});

browserTest('a selection in the log stops following, and is kept', async (t, open) => {
  const { page, write } = await openLog(t, open, 50);
  await page.locator('[data-log-follow]:checked').waitFor();
  await page.evaluate("getSelection().selectAllChildren(document.querySelector('#L50 span:last-child'))");
  await page.locator('[data-log-follow]:not(:checked)').waitFor();
  await page.evaluate("log.dispatchEvent(new Event('scroll'))");
  t.equal(await page.locator('[data-log-follow]:checked').count(), 0, 'a late scroll event changes nothing');
  write(40);
  await line(page, 90).waitFor({ state: 'attached' });
  t.equal(await page.evaluate('String(getSelection())'), 'INFO row 50');
  await page.evaluate('getSelection().removeAllRanges()');
  await page.keyboard.press('f');
  await page.locator('[data-log-follow]:checked').waitFor();
});

browserTest('a log that grows faster than it can be shown jumps to its end', async (t, open) => {
  const { page, write } = await openLog(t, open, 100);
  await page.locator('[data-log-follow]:checked').waitFor();
  write(20_000);
  await line(page, 20_100).waitFor();
  const shown = (await page.evaluate(
    "[...document.querySelectorAll('#log li[id]')].map(({ id }) => Number(id.slice(1)))",
  )) as number[];
  t.same(
    shown,
    shown.map((_, at) => (shown[0] ?? 0) + at),
    'without gaps',
  );
  t.match(await page.locator('[data-log-place]').textContent(), /–20,100 of 20,100/);
  t.match(await page.locator('[data-older]').textContent(), /^Older lines, from 19,\d{3}$/);
  const asked = (await page.evaluate(
    "performance.getEntriesByType('resource').filter(({ name }) => name.includes('/log?from=')).length",
  )) as number;
  t.ok(asked <= 4, `${asked} requests`);
});

browserTest('the page shows at most two thousand lines, and links the older ones', async (t, open) => {
  const { page, write } = await openLog(t, open, 500);
  for (let last = 1000; last <= 3000; last += 500) {
    write(500);
    await line(page, last).waitFor();
  }
  t.equal(await page.locator('#log li[id]').count(), 2000);
  await page.locator('[data-older]').click();
  await line(page, 600).waitFor({ state: 'attached' });
  t.equal(await page.locator('#log li[id]').count(), 500);
});

browserTest(
  'the address of a line leads to it, and a click on its number sets that address',
  async (t, open) => {
    const { page } = await openLog(t, open, 3000, '?line=1500#L1500');
    await page.locator('#L1500.is-target').waitFor();
    t.ok(
      await page.evaluate(
        '(() => { const [box, row] = [log, L1500].map((one) => one.getBoundingClientRect()); return row.top >= box.top && row.bottom <= box.bottom; })()',
      ),
    );
    await page.locator('#L1510 .ln').click();
    t.match(page.url(), /\/jobs\/1\?line=1510#L1510$/);
    await page.reload();
    await page.locator('#L1510.is-target').waitFor();
  },
);

browserTest('an empty log waits for output until its job ends', async (t, open) => {
  const app = await startApp(t, { catalogue: createCatalogue([defineOperation({ child: 'sleeps' })]) });
  const { body: job } = await app.json('/api/v1/operations/chore', {});
  const page = await open(`${app.origin}/jobs/${job.number}`);
  await page.getByText('No output yet.').waitFor();
  t.notOk(await page.getByText('The script wrote no output.').isVisible());
  await app.json(`/api/v1/operations/jobs/${job.number}/cancel`, {});
  await app.whenJob(job.number);
  await page.getByText('The script wrote no output.').waitFor();
  t.equal(await page.getByText('No output yet.').count(), 0);
});
