import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { describePhase } from '../../../src/jobs/job-view.ts';
import { jobLogFile, openJobLog } from '../../../src/job-log/log.ts';
import { createCatalogue } from '../../../src/core/catalogue.ts';
import { commandOf, curlOf } from '../../../src/web/copied-run.ts';
import { startApp } from '../../support/app.ts';
import { defineOperation } from '../../support/operations.ts';
import { textOf } from '../../support/screen.ts';
import { makeFolder } from '../../support/folder.ts';

const operations = () => [
  defineOperation({ name: 'chore' }),
  defineOperation({ name: 'breaks', child: 'fails' }),
  defineOperation({ name: 'tells', child: 'sends-script-messages', phases: { check: 'Checking rows' } }),
  defineOperation({ name: 'waits', child: 'sleeps', locks: () => [{ name: 'x', mode: 'exclusive' }] }),
];
const start = (t: Parameters<typeof startApp>[0]) =>
  startApp(t, { catalogue: createCatalogue(operations()) });

t.test('the page of a job shows its state, arguments and timeline', async (t) => {
  const app = await start(t);
  await app.run('chore', { text: 'notes', count: 3 });
  const { html, status } = await app.page('/jobs/1');
  t.equal(status, 200);
  t.match(textOf(html, 'h1'), /Chore #1 Done/);
  t.match(textOf(html, '.verdict'), /^Succeeded after .* s\./);
  t.match(textOf(html, '.job-side .kv'), /Text notes Count 3 Requested by/);
  t.match(textOf(html, '.tline'), /Accepted, requested by .* Started .* Succeeded/);
  const edit = html.querySelector('a[hx-get^="/ui/operations/chore/confirm"]')?.getAttribute('href') ?? '';
  const dialog = await app.page(edit.replaceAll('&amp;', '&'));
  t.equal(dialog.html.querySelector('#arg-text')?.getAttribute('value'), 'notes');
  const form = html.querySelector('form[action="/ui/operations/run/chore"]');
  const fields = form?.querySelectorAll('input') ?? [];
  const again = await app.submit(
    '/ui/operations/run/chore',
    Object.fromEntries(fields.map((field) => [field.getAttribute('name'), field.getAttribute('value')])),
  );
  t.equal(again.headers.get('location'), '/jobs/2');
  t.same((await app.whenJob(2)).args, { text: 'notes', count: 3 });
});

t.test('a failed run links to its retry', async (t) => {
  const app = await start(t);
  await app.run('breaks', { text: 'a' });
  t.notOk((await app.page('/jobs/1')).html.querySelector('#h-compare'));
  const { html } = await app.page('/jobs/1');
  t.match(textOf(html, '.verdict'), /^Failed after/);
  await app.json('/api/v1/operations/jobs/1/retry', {});
  await app.whenJob(2);
  t.match(textOf((await app.page('/jobs/1')).html, '.kv'), 'Retried by #2');
  t.match(textOf((await app.page('/jobs/2')).html, '.kv'), 'Retry of #1');
});

t.test('a running job lists the jobs that wait for it', async (t) => {
  const app = await start(t);
  await app.json('/api/v1/operations/waits', {});
  await app.whenJob(1, 'running');
  await app.json('/api/v1/operations/waits', { when_locked: 'wait' });
  t.match(textOf((await app.page('/jobs/1')).html, '#h-waiters'), 'Waiting for this job');
  t.match(textOf((await app.page('/jobs/2')).html, '.verdict'), 'Waiting for waits #1.');
  for (const number of [2, 1]) await app.json(`/api/v1/operations/jobs/${number}/cancel`, {});
  await app.whenJob(1);
});

t.test('a running phase is described by its operation, or named', async (t) => {
  const phases = { asleep: 'Sleeping' };
  const described = defineOperation({ name: 'described', child: 'sleeps', phases });
  const named = defineOperation({ name: 'named', child: 'sleeps' });
  const app = await startApp(t, { catalogue: createCatalogue([described, named]) });
  for (const [number, { name }, running, ended] of [
    [1, described, /^Sleeping\.$/, /^Cancelled after .* while sleeping\.$/],
    [2, named, /^Running in phase asleep\.$/, /^Cancelled after .* in phase asleep\.$/],
  ] as const) {
    await app.json(`/api/v1/operations/${name}`, {});
    while (app.parts.repository.lastOf(name)?.progress?.phase !== 'asleep') await once(app.parts.bus, 'job');
    t.match(textOf((await app.page(`/jobs/${number}`)).html, '.verdict'), running);
    await app.json(`/api/v1/operations/jobs/${number}/cancel`, {});
    await app.whenJob(number);
    t.match(textOf((await app.page(`/jobs/${number}`)).html, '.verdict'), ended);
  }
  t.equal(describePhase('constructor', named), null);
});

t.test('a job shows its phases and its result rows by outcome', async (t) => {
  const app = await start(t);
  const job = await app.run('tells', { text: 'rows', count: 3 });
  const { html } = await app.page('/jobs/1');
  t.same(
    job.progress?.phases.map(({ name }) => name),
    ['count', 'check'],
  );
  t.match(textOf(html, '.phases'), /count .*Checking rows /);
  t.notOk(html.querySelector('.tline [href="#i-half"]'), 'no phase is running');
  const chips = html.querySelectorAll('#rows .chip').map((chip) => chip.getAttribute('href') ?? '');
  t.ok(chips.length > 1);
  const one = await app.page(chips[1] ?? '');
  t.equal(
    one.html.querySelectorAll('#rows tbody tr').length,
    Number(one.html.querySelectorAll('#rows .chip .num')[1]?.text),
  );
});

t.test('the copied commands repeat the run, whatever its arguments contain', async (t) => {
  const app = await start(t);
  const args = { text: `it's "$HOME" \`id\` \\ %41\n--x`, count: 0 };
  await app.run('chore', args);
  const { html } = await app.page('/jobs/1');
  const shown = html.querySelector('#copy-curl')?.text ?? '';
  t.equal(shown, curlOf({ operation: 'chore', args, reason: null, confirm: null }, app.origin));
  const print = '#!/bin/sh\nprintf \'%s\\0\' "$@"\n';
  const bin = makeFolder(t, { curl: print, npm: print });
  for (const name of ['curl', 'npm']) fs.chmodSync(path.join(bin, name), 0o755);
  const words = (line: string) =>
    execFileSync('/bin/sh', ['-c', line], { env: { PATH: bin }, encoding: 'utf8' })
      .split('\0')
      .slice(0, -1);
  const [, , , , body, url] = words(shown);
  await app.json((url ?? '').replace(app.origin, ''), JSON.parse(body ?? ''));
  t.same((await app.whenJob(2)).args, args);
  const line = commandOf({
    operation: 'import',
    args: { dry_run: true, skip_invalid: false, ...args },
    reason: 'why not',
    confirm: null,
  });
  t.same(words(line), [
    'run',
    'chl',
    '--',
    'import',
    '--dry-run',
    '--no-skip-invalid',
    `--text=${args.text}`,
    '--count=0',
    '--reason=why not',
  ]);
});

t.test('the log shows lines with number, time and level, and links to each line', async (t) => {
  const app = await start(t);
  await app.run('chore');
  const log = openJobLog(jobLogFile(app.root, 1), 1_000_000, () => new Date());
  const before = log.size;
  log.write('stdout', Buffer.from(Array.from({ length: 3000 }, (_, at) => `row ${at + 1}\n`).join('')));
  log.write('stderr', Buffer.from('\x1b[31mERROR\x1b[0m <b>disk</b> full\nand \xff\n', 'latin1'));
  log.close();
  const end = (await app.page('/jobs/1')).html;
  const lines = end.querySelectorAll('#log li[id]');
  t.equal(lines.length, 500);
  const last = lines.at(-2);
  t.equal(last?.getAttribute('class'), 'e');
  t.match(last?.text, /ERROR.*<b>disk<\/b> full/, 'escaped, without colours');
  t.match(lines.at(-1)?.text, 'and \ufffd');

  const middle = (await app.page('/jobs/1?line=1500')).html;
  t.ok(middle.querySelector('#L1500'));
  t.equal(middle.querySelector('#log')?.getAttribute('data-target'), 'L1500');
  t.ok(middle.querySelector('[data-older]'));
  t.notOk(middle.querySelector('#log')?.hasAttribute('data-at-end'));

  const found = (await app.page('/jobs/1?find=ROW+29')).html;
  t.match(textOf(found, '.logbar [role="status"]'), /1 of 111 lines/);
  t.match(found.querySelector('mark')?.text, 'row 29');
  const next = await app.page(found.querySelector('[data-hit="next"]')?.getAttribute('href') ?? '');
  t.match(textOf(next.html, '.logbar [role="status"]'), /2 of 111 lines/);

  const errors = (await app.page('/jobs/1?level=error')).html;
  t.equal(errors.querySelectorAll('#log li[id]').length, 1);
  const levels = await app.json('/ui/jobs/1/log/levels');
  t.same(levels.body, { warning: '0', error: '1' });

  const more = await app.page('/ui/jobs/1/log?from=3001');
  t.same(
    more.html
      .querySelectorAll('li[id]')
      .map(({ id }) => id)
      .slice(0, 2),
    ['L3001', 'L3002'],
  );
  const file = await fetch(`${app.origin}/jobs/1/log.txt`);
  t.match(file.headers.get('content-disposition'), /chore-1\.log/);
  t.equal(
    Buffer.from(await file.arrayBuffer())
      .subarray(before, before + 6)
      .toString(),
    'row 1\n',
  );
});

t.test('the job card does not contain the log', async (t) => {
  const app = await start(t);
  await app.run('chore');
  const { text } = await app.page('/ui/jobs/1/card');
  t.notMatch(text, /class="log/);
  t.match((await app.page('/ui/jobs/1/log/size')).text, /^\d+$/);
});

t.test('the timeline shows starts and cancels with their actor', async (t) => {
  const app = await start(t);
  const asAda = {
    headers: { 'content-type': 'application/json', 'x-actor': 'ada' },
    method: 'POST',
    body: '{}',
  };
  await app.json('/api/v1/operations/waits', {});
  await app.whenJob(1, 'running');
  await app.json('/api/v1/operations/waits', { when_locked: 'wait' });
  for (const number of [2, 1]) await fetch(`${app.origin}/api/v1/operations/jobs/${number}/cancel`, asAda);
  await app.whenJob(1);
  t.match(textOf((await app.page('/jobs/2')).html, '.tline'), /Accepted, requested by .* Cancelled by ada/);
  t.match(
    textOf((await app.page('/jobs/1')).html, '.tline'),
    /Started .* Cancel requested by ada .* Cancelled /,
  );
});

t.test('a link to a line past the end opens the end of the log', async (t) => {
  const app = await start(t);
  const { number } = await app.run('chore');
  const log = openJobLog(jobLogFile(app.root, number), 10_000, () => new Date());
  t.teardown(log.close);
  log.write('stdout', Buffer.from('one\ntwo\nthree\n'));
  for (const query of ['line=999', 'from=999']) {
    const { html } = await app.page(`/jobs/1?${query}`);
    t.ok(html.querySelector('#log li:last-child'), query);
    t.notMatch(textOf(html, '[data-log-place]'), 'Lines 0');
  }
});
