import t from 'tap';
import type { Test } from 'tap';
import { createCatalogue } from '../../../src/core/catalogue.ts';
import type { Job } from '../../../src/jobs/job.ts';
import { startApp } from '../../support/app.ts';
import { endJob, insertJob } from '../../support/job-repository.ts';
import { defineOperation } from '../../support/operations.ts';
import { textOf } from '../../support/screen.ts';

const noon = new Date(2026, 10, 20, 12, 30).getTime();
const hourMs = 3_600_000;

async function start(t: Test) {
  const clock = { ms: noon };
  const catalogue = createCatalogue([defineOperation({}), defineOperation({ name: 'other' })]);
  const app = await startApp(t, { catalogue, now: () => new Date(clock.ms) });
  const { repository } = app.parts;
  const add = (hoursAgo: number, operation: string, status: 'succeeded' | 'failed', tookMs = 1000) => {
    clock.ms = noon - hoursAgo * hourMs;
    endJob(repository, insertJob(repository, { operation }), status, () => {
      clock.ms += tookMs;
    });
    clock.ms = noon;
  };
  return { app, add };
}

const linksOf = (page: Awaited<ReturnType<Awaited<ReturnType<typeof start>>['app']['page']>>) =>
  page.html.querySelectorAll('.axes a').map((link) => ({
    href: (link.getAttribute('href') ?? '').replaceAll('&amp;', '&'),
    label: link.getAttribute('aria-label'),
  }));

t.test('jobs are drawn by hour and outcome, and a bar leads to its jobs', async (t) => {
  const { app, add } = await start(t);
  add(5, 'chore', 'failed');
  add(5, 'other', 'succeeded');
  add(2, 'chore', 'succeeded');
  const page = await app.page('/jobs');
  t.match(textOf(page.html, '#h-history'), 'Jobs per hour');
  t.match(textOf(page.html, '.legend'), 'failed 1 done 2');
  const links = linksOf(page);
  t.same(
    links.map(({ label }) => label),
    ['20 Nov 07:00: 2 jobs, 1 failed, 1 done', '20 Nov 10:00: 1 job, 1 done'],
  );
  const hour = await app.page(links[0]?.href ?? '');
  t.match(textOf(hour.html, '#h-jobs'), '1–2 of 2 jobs');
  t.match(textOf(hour.html, '#job-filters'), /All 2.*Done 1.*Failed 1.*since:.*until:/);
  t.equal(linksOf(hour).length, 2, 'with the hours around it');
  t.equal(linksOf(await app.page('/jobs?operation=chore&status=succeeded')).length, 1);
  t.notOk((await app.page('/jobs?q=actor:ada')).html.querySelector('.axes'), 'no index counts actors');
});

t.test('a longer history is drawn by day, and a day by hour', async (t) => {
  const { app, add } = await start(t);
  add(24 * 9, 'chore', 'succeeded');
  add(24 * 2, 'chore', 'failed');
  add(24 * 2 - 1, 'chore', 'failed');
  add(1, 'chore', 'succeeded');
  const page = await app.page('/jobs');
  t.match(textOf(page.html, '#h-history'), 'Jobs per day');
  const links = linksOf(page);
  t.same(
    links.map(({ label }) => label),
    ['11 Nov: 1 job, 1 done', '18 Nov: 2 jobs, 2 failed', '20 Nov: 1 job, 1 done'],
  );
  t.match(links[1]?.href, 'since:2026-11-18+until:2026-11-19');
  const day = await app.page(links[1]?.href ?? '');
  t.match(textOf(day.html, '#h-history'), 'Jobs per hour');
  t.match(textOf(day.html, '#h-jobs'), '1–2 of 2 jobs');
});

t.test('the counts follow every move of a job and its removal', async (t) => {
  const { app, add } = await start(t);
  const counts = () => app.ops.prepare('SELECT hour, operation, status, jobs FROM job_hour').all();
  add(1, 'chore', 'failed');
  add(1, 'chore', 'failed');
  const hour = new Date(noon - hourMs).toISOString().slice(0, 13);
  t.same(counts(), [{ hour, operation: 'chore', status: 'failed', jobs: 2 }]);
  await fetch(`${app.origin}/api/v1/operations/jobs/1`, { method: 'DELETE' });
  await fetch(`${app.origin}/api/v1/operations/jobs/2`, { method: 'DELETE' });
  t.same(counts(), []);
});

t.test('the counts of hours are read from their key', async (t) => {
  const { app } = await start(t);
  const plan = app.ops
    .prepare(`EXPLAIN QUERY PLAN SELECT hour, status, sum(jobs) FROM job_hour
      WHERE hour >= '2026-11-01T00' AND hour <= '2026-11-30T00' GROUP BY hour, status ORDER BY hour`)
    .all() as { detail: string }[];
  t.match(plan[0]?.detail, /SEARCH job_hour USING INDEX .*hour>/);
  const runs = app.ops
    .prepare(`EXPLAIN QUERY PLAN SELECT number FROM job
      WHERE operation = 'chore' AND status = 'failed' ORDER BY number DESC LIMIT 20`)
    .all() as { detail: string }[];
  t.match(runs[0]?.detail, /job_operation_status \(operation=\? AND status=\?\)/);
  t.equal(runs.length, 1, 'without sorting');
});

t.test('the last runs of an operation stand on its list and in its dialog', async (t) => {
  const { app, add } = await start(t);
  for (let run = 0; run < 22; run++) add(3, 'chore', run === 20 ? 'failed' : 'succeeded', 1000 + run * 100);
  for (const address of ['/jobs?operation=chore', '/ui/operations/chore/confirm']) {
    const { html } = await app.page(address);
    t.match(
      html.querySelector('.runs')?.getAttribute('aria-label'),
      /^Last 20 runs: 19 done, 1 failed, usually/,
    );
    t.match(textOf(html, '.runs + span'), 'Last 20 runs: 19 done, 1 failed, usually 2.1 s, at most 3.1 s');
    t.equal(html.querySelectorAll('.runs rect').length, 20);
    const [cross, ...others] = html.querySelectorAll('.runs path');
    const failed = html.querySelector('.runs .bad');
    t.equal(
      cross?.getAttribute('d'),
      `M${failed?.getAttribute('x')} ${Number(failed?.getAttribute('y')) - 6}l4 4m0-4l-4 4`,
      'a failure has a cross above its bar',
    );
    t.equal(others.length, 0);
  }
  t.notOk((await app.page('/jobs')).html.querySelector('.runs'));
  t.notOk((await app.page('/ui/operations/other/confirm')).html.querySelector('.runs'));
});

t.test('the page of a job draws its phases in proportion, and its memory and CPU', async (t) => {
  const { app, add } = await start(t);
  add(1, 'chore', 'succeeded', 8000);
  const job = app.parts.repository.find('1') as Job;
  const at = (ms: number) => new Date(Date.parse(job.started_at ?? '') + ms).toISOString();
  const progress = {
    ...{ done: 1, total: 1, phase: 'b', note: null, rate: null },
    phase_started_at: at(2000),
    updated_at: at(8000),
    phases: [
      { name: 'a', started_at: at(0) },
      { name: 'b', started_at: at(2000) },
    ],
  };
  app.ops.prepare('UPDATE job SET progress = ? WHERE number = 1').run(JSON.stringify(progress));
  for (const [atMs, mebibytes] of [
    [0, 10],
    [1000, 30],
    [2000, 20],
  ] as const)
    app.parts.repository.addSample(job, { atMs, rssBytes: mebibytes * 1024 ** 2, cpuPercent: 50 });
  const { html } = await app.page('/jobs/1');
  const bar = html.querySelector('.stackbar');
  t.equal(bar?.getAttribute('aria-label'), 'Time by phase: a 2.0 s, b 6.0 s.');
  t.same(
    bar?.querySelectorAll('rect').map((part) => part.getAttribute('width')),
    ['25%', '75%'],
  );
  t.same(
    html.querySelectorAll('.halves svg').map((svg) => svg.getAttribute('aria-label')),
    [
      'Memory over 2.0 s: at most 30.0 MiB, at the end 20.0 MiB.',
      'CPU over 2.0 s: at most 50%, at the end 50%.',
    ],
  );
});
