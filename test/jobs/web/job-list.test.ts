import t from 'tap';
import { createCatalogue } from '../../../src/core/catalogue.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { insertJob } from '../../support/job-repository.ts';
import { defineOperation } from '../../support/operations.ts';
import { textOf } from '../../support/screen.ts';
import { openStream } from '../../support/stream.ts';

const catalogue = () =>
  createCatalogue([
    defineOperation({ name: 'chore', title: 'Chore' }),
    defineOperation({ name: 'breaks', title: 'Breaking thing', child: 'fails' }),
  ]);

async function withJobs(t: Parameters<typeof startApp>[0]): Promise<TestApp> {
  const app = await startApp(t, { catalogue: catalogue() });
  await app.run('chore', { text: 'first' });
  await app.run('breaks', { text: 'second' });
  await app.run('chore', { text: 'third' });
  return app;
}

/** Sixty jobs that were cancelled while they waited. */
function addHistory({ parts: { repository } }: TestApp) {
  for (let at = 0; at < 60; at++) repository.cancelWaiting(insertJob(repository).id, () => {});
}

const numbersOn = ({ html }: Awaited<ReturnType<TestApp['page']>>) =>
  html.querySelectorAll('tr[id^="job-"]').map((row) => Number(row.id.slice(4)));

t.test('chips, the select and the box narrow the list, and each filter can be removed', async (t) => {
  const app = await withJobs(t);
  const all = await app.page('/jobs');
  t.equal(all.status, 200);
  t.same(numbersOn(all), [3, 2, 1]);
  t.match(textOf(all.html, '#h-jobs'), '1–3 of 3 jobs');
  t.match(textOf(all.html, '#job-filters'), /All 3.*Done 2.*Failed 1.*Cancelled 0/);
  t.equal(all.html.querySelector('nav [aria-current="page"]')?.text, 'Jobs');

  const failed = await app.page('/jobs?status=failed&operation=breaks&q=second');
  t.same(numbersOn(failed), [2]);
  t.match(textOf(failed.html, '#job-filters'), /All 1.*Done 0.*Failed 1/, 'counts follow the other filters');
  t.equal(failed.html.querySelector('[name="q"]')?.getAttribute('value'), 'second');
  const removable = failed.html.querySelectorAll('ul.chips a').map((link) => link.getAttribute('href'));
  t.same(removable, [
    '/jobs?operation=breaks&q=second',
    '/jobs?status=failed&q=second',
    '/jobs?status=failed&operation=breaks',
    '/jobs',
  ]);
  t.same(numbersOn(await app.page('/jobs?q=breaking')), [2], 'by title');
  const none = await app.page('/jobs?status=cancelled');
  t.match(textOf(none.html, 'main'), /No jobs match these filters\..*Show all jobs/);
});

t.test('qualifiers in the box become filters of the address', async (t) => {
  const app = await withJobs(t);
  const answer = await fetch(`${app.origin}/jobs?q=status:failed+operation:breaks+second+since:today`, {
    redirect: 'manual',
    headers: { accept: 'text/html' },
  });
  t.equal(answer.status, 302);
  t.equal(answer.headers.get('location'), '/jobs?status=failed&operation=breaks&q=second+since:today');
});

t.test('a bad term is reported, and the other filters apply', async (t) => {
  const app = await withJobs(t);
  const page = await app.page('/jobs?status=failed&q=second+since:soon');
  t.match(textOf(page.html, '#job-problems'), /since:soon is ignored.*not a time/);
  t.same(numbersOn(page), [2]);
  t.equal(page.html.querySelector('[name="q"]')?.getAttribute('value'), 'second since:soon');
  t.match(textOf((await app.page('/jobs?status=lost')).html, '#job-problems'), /"lost" is not known/);
});

t.test('pages are stable while jobs arrive, and older pages show the number of newer jobs', async (t) => {
  const app = await startApp(t, { catalogue: catalogue() });
  addHistory(app);
  const first = await app.page('/jobs');
  t.match(textOf(first.html, '#h-jobs'), '1–50 of 60 jobs');
  t.equal(first.html.querySelector('[rel="prev"]'), null);
  const older = first.html.querySelector('[rel="next"]')?.getAttribute('href') ?? '';
  await app.run('chore');
  const second = await app.page(older);
  t.same(numbersOn(second), [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  t.match(textOf(second.html, '#h-jobs'), '52–61 of 61 jobs');
  t.notOk(second.html.querySelector('#job-results')?.hasAttribute('hx-trigger'), 'it is not swapped');
  const news = second.html.querySelector('#job-news')?.getAttribute('hx-get') ?? '';
  t.equal((await app.page(news)).text.trim(), '');
  await app.run('chore');
  t.match(textOf((await app.page(news)).html, 'a'), '1 newer job');
  const newer = second.html.querySelector('[rel="prev"]')?.getAttribute('href') ?? '';
  t.equal(numbersOn(await app.page(newer)).at(-1), 11, 'right above');
});

t.test('the first page reloads after each change, and its host serves the same content', async (t) => {
  const app = await withJobs(t);
  const { html } = await app.page('/jobs?status=succeeded');
  const host = html.querySelector('#job-results');
  t.match(host?.getAttribute('hx-trigger'), 'sse:job-changes');
  const inside = await app.page(host?.getAttribute('hx-get') ?? '');
  t.equal(host?.innerHTML.trim(), inside.html.innerHTML.trim());
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=job-changes');
  t.teardown(stream.close);
  await stream.until(({ event }) => event === 'job-changes');
  const seen = stream.events.length;
  await app.run('chore', { text: 'fourth' });
  await stream.until(({ event }) => event === 'job-changes', seen);
  t.same(numbersOn(await app.page(host?.getAttribute('hx-get') ?? '')), [4, 3, 1]);
});

t.test('the API reads the same search language, and refuses a bad term', async (t) => {
  const app = await withJobs(t);
  const found = async (query: string) => (await app.json(`/api/v1/operations/jobs?${query}`)).body;
  t.match(await found('q=status:failed+second'), { total: 1, items: [{ number: 2 }], next_cursor: null });
  t.match(await found('status=failed,succeeded&q=third'), { total: 1, items: [{ number: 3 }] });
  t.match(await found('limit=2'), { total: 3, next_cursor: '2' });
  t.match(await found('limit=2&cursor=2'), { items: [{ number: 1 }], next_cursor: null });
  const refused = await app.json('/api/v1/operations/jobs?q=status:lost+actor:');
  t.equal(refused.status, 422);
  t.match(refused.body.error, {
    code: 'invalid_arguments',
    details: { problems: [{ field: 'status' }, { field: 'actor' }] },
  });
});
