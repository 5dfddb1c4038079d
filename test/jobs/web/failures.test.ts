import t from 'tap';
import { createCatalogue } from '../../../src/core/catalogue.ts';
import { startApp } from '../../support/app.ts';
import { defineOperation } from '../../support/operations.ts';
import { card, jobRow, operationRow, textOf } from '../../support/screen.ts';
import { until } from '../../support/until.ts';

const start = (t: Parameters<typeof startApp>[0]) =>
  startApp(t, {
    catalogue: createCatalogue([
      defineOperation({ name: 'breaks', child: 'fails' }),
      defineOperation({ name: 'waits', child: 'sleeps' }),
    ]),
  });

t.test('lists show a failure as one line in the words of the script', async (t) => {
  const app = await start(t);
  const { failure } = await app.run('breaks');
  const cause = failure?.message.replace(/ \(exit code \d+\)$/, '') ?? '';
  t.ok(cause.length > 0);
  for (const address of ['/jobs', '/operations']) {
    const { html } = await app.page(address);
    t.match(textOf(html, `${jobRow(1)} .sub`), cause, address);
    t.notOk(html.querySelector('.fault'), `${address} has no box`);
  }
  const { html } = await app.page('/operations');
  t.match(textOf(html, `${card.controls} ${operationRow('breaks')}`), cause, 'the row of the operation');
});

t.test('equal failures of a page are counted, and lead to all that have the cause', async (t) => {
  const app = await start(t);
  await app.run('breaks');
  t.notOk((await app.page('/jobs')).html.querySelector('.same-failures'), 'one is no group');
  await app.run('breaks');
  const { html } = await app.page('/jobs');
  t.match(textOf(html, '.same-failures'), /^2 failed: /);
  const link = html.querySelector('.same-failures a')?.getAttribute('href') ?? '';
  const found = await app.page(link.replaceAll('&amp;', '&'));
  t.match(textOf(found.html, '#h-jobs'), '1–2 of 2 jobs');
});

t.test('the page of a job has its title, a copy button, its uuid and its process id', async (t) => {
  const app = await start(t);
  const job = await app.run('breaks');
  const { html } = await app.page('/jobs/1');
  t.equal(textOf(html, '.fault-title'), job.failure?.message.replace(/ \(exit code \d+\)$/, ''));
  const button = html.querySelector('[data-copy="failure-1"]');
  t.equal(button?.text, 'Copy failure');
  t.match(textOf(html, '#failure-1'), `breaks #1: ${job.failure?.message}`);
  t.match(textOf(html, 'dl.kv'), job.id);
  await app.json('/api/v1/operations/waits', {});
  const pid = () => app.parts.jobs.find('2').pid;
  await until(() => pid() !== null);
  t.match(textOf((await app.page('/jobs/2')).html, 'dl.kv'), `Process id ${pid()}`);
  await app.json('/api/v1/operations/jobs/2/cancel', {});
  await app.whenJob(2);
});
