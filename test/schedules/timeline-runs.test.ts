// The runs in the rows of the timeline: those by hand, those whose job was removed, and those of a schedule that was removed.
import '../support/plain-children.ts';
import t, { type Test } from 'tap';
import { startApp, type TestApp } from '../support/app.ts';
import { endJob, insertJob } from '../support/job-repository.ts';
import { addTick, putSchedule } from '../support/stored-schedules.ts';
import { textOf } from '../support/screen.ts';

const repair = { operation: 'repair', cron: '0 0 1 1 *', zone: 'UTC' };

async function startWith(t: Test, ...names: string[]): Promise<TestApp> {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  for (const { name } of app.parts.schedules.all()) app.parts.schedules.remove(name);
  for (const name of names) await putSchedule(app, name, repair);
  return app;
}

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** A run of its rule, which has succeeded. */
function addRun(app: TestApp, schedule: string, due: string) {
  const { repository } = app.parts;
  const job = insertJob(repository, { operation: 'repair', schedule, requested_by: `schedule ${schedule}` });
  addTick(app, schedule, due, { job: job.number });
  endJob(repository, job, 'succeeded');
  return job.number;
}

const rowOf = async (app: TestApp) => textOf((await app.page('/ui/schedules')).html, '.tl .sr');

t.test('a run by hand is in the row of its schedule, told apart from those of the rule', async (t) => {
  const app = await startWith(t, 'nightly');
  addRun(app, 'nightly', minutesAgo(120));
  t.match(await rowOf(app), /^Done at \S+\. /);
  const run = await app.submit('/ui/schedules/nightly/run', { key: 'once' });
  t.equal(run.status, 303);
  await app.whenJob(2);
  t.match(await rowOf(app), /^Done at \S+ and \S+ by hand\. /);
  const titles = (await app.page('/schedules')).html.querySelectorAll('.track title').map(({ text }) => text);
  t.match(titles, [/^Done 2 times from \S+ to \S+, 1 by hand$/]);
});

t.test('a run by hand that waits is drawn until it has ended', async (t) => {
  const app = await startWith(t, 'nightly');
  await app.page('/ui/schedules');
  const { repository } = app.parts;
  const job = insertJob(repository, { operation: 'repair', schedule: 'nightly', requested_by: 'ada' });
  t.match(await rowOf(app), /^Waiting or running at \S+ by hand\. /);
  endJob(repository, job, 'failed');
  t.match(await rowOf(app), /^Failed at \S+ by hand\. /);
});

t.test('a due time keeps its place when its job is removed, and says so', async (t) => {
  const app = await startWith(t, 'nightly');
  const [first, second] = [addRun(app, 'nightly', minutesAgo(300)), addRun(app, 'nightly', minutesAgo(120))];
  t.match(await rowOf(app), /^Done at \S+ and \S+\. /);
  await app.submit(`/ui/jobs/${second}/remove`, {});
  t.match(await rowOf(app), /^Done at \S+; run \(job removed\) at \S+\. /);
  const { html } = await app.page('/schedules/nightly');
  const gone = `Its job, #${second}, was removed from the history.`;
  t.match(textOf(html, '#schedule-nightly-card tbody tr'), new RegExp(`Started ${gone} –$`));
  t.equal(html.querySelector(`[href="/jobs/${second}"]`), null, 'no link leads nowhere');
  t.ok(html.querySelector(`[href="/jobs/${first}"]`));
  t.match(textOf(html, '#schedule-nightly-card dl'), `Started`, 'it is the last run still');
});

t.test('a schedule that is removed and added again has its older runs', async (t) => {
  const app = await startWith(t, 'nightly', 'other');
  addRun(app, 'nightly', minutesAgo(120));
  app.parts.schedules.remove('nightly');
  addRun(app, 'other', minutesAgo(60));
  await app.page('/ui/schedules');
  await putSchedule(app, 'nightly', repair);
  t.match(await rowOf(app), /^Done at \S+\. /);
});
