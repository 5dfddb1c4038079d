// Custom operations on pages, in the API and on the command line, like the built-in ones.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { startApp } from '../support/app.ts';
import { card, fieldProblems, operationRow, textOf } from '../support/screen.ts';
import { makeFolder } from '../support/folder.ts';

const report = `
  - name: report
    title: Write report
    summary: Writes a report.
    command: [./report.sh, --fast]
    args:
      since: { type: string, format: date }
      share: { type: number, minimum: 0, maximum: 1 }
      kind: { type: string, enum: [short, long] }
      loud: { type: boolean, default: true }
    locks: { exclusive: [library] }
    env: [REPORT_WORD]`;
const wipe = `
  - { name: wipe, title: Wipe, summary: Wipes all., command: ['true'], danger: destructive }`;

/** Prints its input; with the argument --wait it then waits for a file `go` in the data folder. */
const script = `#!/bin/sh
printf '{"type":"result","data":{"args":%s,"word":"%s","argv":"%s","here":"%s"}}\\n' \\
  "$(cat)" "$REPORT_WORD" "$*" "$(pwd)" >&3
printf '{"type":"progress","done":1,"phase":"waiting"}\\n' >&3
until [ "$1" != --wait ] || [ -e go ]; do sleep 0.05; done
`;

async function startWith(t: Test, operations: string) {
  const root = makeFolder(t);
  const file = path.join(root, 'operations.yaml');
  let time = 1_700_000_000;
  const write = (entries: string) => {
    fs.writeFileSync(file, `operations:${entries}\n`, { mode: 0o600 });
    fs.utimesSync(file, ++time, time);
  };
  write(operations);
  fs.writeFileSync(path.join(root, 'report.sh'), script, { mode: 0o755 });
  const app = await startApp(t, { root });
  return Object.assign(app, {
    /** Changes the file and reads it again. */
    change(entries: string) {
      write(entries);
      app.parts.customOperations.runOnce();
    },
  });
}

t.test('a custom operation has a row, a dialog with its fields, and an item in the API', async (t) => {
  const app = await startWith(t, report + wipe);
  const { html } = await app.page('/operations');
  t.match(textOf(html, operationRow('report')), /Write report .*Writes a report\. Not run yet\..* Run/);
  const dialog = (await app.page('/ui/operations/report/confirm')).html;
  t.equal(dialog.querySelector('[name=since]')?.getAttribute('type'), 'date');
  t.equal(dialog.querySelector('[name=share]')?.getAttribute('step'), 'any');
  t.equal(dialog.querySelectorAll('[name=kind] option').length, 3, 'none, too, can be chosen');
  t.same(
    dialog.querySelectorAll('[name=loud]').map((input) => input.getAttribute('type')),
    ['hidden', 'checkbox'],
  );
  t.match(textOf((await app.page('/ui/operations/wipe/confirm')).html, '.dlg-page'), /Type wipe to confirm/);
  const { body } = await app.json('/api/v1/operations');
  const itemOf = (name: string) => body.items.find((item: { name: string }) => item.name === name);
  t.match(itemOf('report'), {
    danger: 'safe',
    confirm: null,
    locks: [{ name: 'library', mode: 'exclusive' }],
    args: { properties: { since: { type: 'string', format: 'date', title: 'Since' } } },
  });
  t.match(itemOf('wipe'), { danger: 'destructive', confirm: 'wipe' });
});

t.test('a custom operation gets its arguments and the allowed environment', async (t) => {
  process.env.REPORT_WORD = 'passed-on';
  t.teardown(() => delete process.env.REPORT_WORD);
  const app = await startWith(t, report);
  const args = { since: '2026-01-01', share: 0.5, kind: 'long', loud: false };
  const job = await app.run('report', args);
  t.match(job, { status: 'succeeded', result: { args, word: 'passed-on', argv: '--fast', here: app.root } });
});

t.test('bad input is refused with the same message by form and API', async (t) => {
  const app = await startWith(t, report);
  const bad = { since: '2026-02-30', share: 2 };
  const { status, body } = await app.json('/api/v1/operations/report', { args: bad });
  t.equal(status, 422);
  const words = Object.fromEntries(
    body.error.details.problems.map(({ field, message }: Record<string, string>) => [field, message]),
  );
  t.same(words, {
    since: 'Since: must be a day such as 2026-01-31.',
    share: 'Share: must be a number from 0 to 1.',
  });
  const { html } = await app.page('/ui/operations/report/confirm?since=2026-02-30&share=2');
  t.same(fieldProblems(html), words);
});

t.test('a form can clear a checkbox that is on by default', async (t) => {
  const app = await startWith(t, report);
  const send = async (body: string) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const init = { method: 'POST', redirect: 'manual', body, headers } as const;
    const answer = await fetch(`${app.origin}/ui/operations/run/report`, init);
    const job = await app.whenJob(Number(answer.headers.get('location')?.split('/').at(-1)));
    return job.args.loud;
  };
  t.equal(await send('kind=&since=&loud=false'), false);
  t.equal(await send('kind=&since=&loud=false&loud=true'), true);
});

t.test('a destructive custom operation needs a reason and its name', async (t) => {
  const app = await startWith(t, wipe);
  const refused = await app.json('/api/v1/operations/wipe', {});
  t.match(refused, {
    status: 422,
    body: { error: { code: 'confirmation_required', details: { word: 'wipe' } } },
  });
  const job = await app.run('wipe');
  t.equal(job.status, 'succeeded');
});

t.test('a custom operation joins the lock queue', async (t) => {
  const app = await startWith(t, report.replace('--fast', '--wait'));
  const { body } = await app.json('/api/v1/operations/report', {});
  const refused = await app.json('/api/v1/operations/import', { reason: 'a test', confirm: 'import' });
  t.match(refused, {
    status: 409,
    body: { error: { details: { holder: { number: 1, operation: 'report' } } } },
  });
  fs.writeFileSync(path.join(app.root, 'go'), '');
  t.equal((await app.whenJob(body.number)).status, 'succeeded');
});

t.test('a missing command is reported with the next step', async (t) => {
  const app = await startWith(t, report.replace('./report.sh', './gone.sh'));
  const job = await app.run('report');
  t.match(job.failure, {
    code: 'spawn_failed',
    message: `The script could not be started: there is no file ${app.root}/gone.sh. Create it, or fix`,
  });
});

t.test('an invalid entry is shown as a banner, and the others work', async (t) => {
  const app = await startWith(t, `${report}\n    timeout: 5${wipe}`);
  const words = textOf((await app.page('/operations')).html, card.banners);
  t.match(words, /1 custom operation is left out operations\.yaml, line 13, column 5: timeout is not known/);
  t.equal((await app.json('/api/v1/operations/report', {})).status, 404);
  t.equal((await app.run('wipe')).status, 'succeeded');
  app.change(report);
  await app.parts.checker.confirm();
  t.notMatch(textOf((await app.page('/operations')).html, card.banners), /custom operation/);
  t.equal((await app.json('/api/v1/operations/wipe', {})).status, 404);
});

t.test('a running job succeeds although its operation is removed, and its page reports that', async (t) => {
  const app = await startWith(t, report.replace('--fast', '--wait'));
  const { body } = await app.json('/api/v1/operations/report', {});
  await app.whenJob(body.number, 'running');
  app.change('');
  fs.writeFileSync(path.join(app.root, 'go'), '');
  t.equal((await app.whenJob(body.number)).status, 'succeeded');
  const { html } = await app.page('/jobs/1');
  t.match(textOf(html, '#job-1-card'), /The operation report no longer exists/);
  t.match(await app.json('/api/v1/operations/jobs/1'), { status: 200, body: { operation: 'report' } });
});

t.test('a waiting job whose operation is removed fails with the reason', async (t) => {
  const app = await startWith(t, report.replace('--fast', '--wait'));
  await app.json('/api/v1/operations/report', {});
  const { body } = await app.json('/api/v1/operations/report', { when_locked: 'wait' });
  app.change('');
  fs.writeFileSync(path.join(app.root, 'go'), '');
  const job = await app.whenJob(body.number);
  t.match(job.failure, { code: 'spawn_failed', message: /operation report no longer exists/ });
  const again = await app.json(`/api/v1/operations/jobs/${body.number}/retry`, {});
  t.match(again, { status: 404, body: { error: { message: /^There is no operation "report"\./ } } });
});

t.test('the live page is updated after a change of the file', async (t) => {
  const app = await startWith(t, '');
  const changed = new Promise((resolve) => app.parts.bus.once('operations', () => resolve(true)));
  app.change(report);
  t.ok(await changed);
  t.match(await (await fetch(`${app.origin}/ui/operations/controls`)).text(), /Write report/);
});
