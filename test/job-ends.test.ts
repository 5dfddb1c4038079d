// The end of every operation, seen by readers that ask at the moment it is reported: each gets the answer that it gets when
// all is quiet.
import './support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createCatalogue } from '../src/core/catalogue.ts';
import { declaredOperations } from '../src/declared-operations.ts';
import { isTerminal, type Job } from '../src/jobs/job.ts';
import { isLiving } from '../src/runner/processes.ts';
import { startApp, type TestApp } from './support/app.ts';
import { childFile, defineOperation, limitAfter } from './support/operations.ts';
import { card, textOf } from './support/screen.ts';
import { startServer } from './support/server.ts';
import { openStream } from './support/stream.ts';
import { until } from './support/until.ts';
import { makeFolder } from './support/folder.ts';

const addresses = [
  '/api/v1/index',
  '/api/v1/queue',
  '/api/v1/entries?limit=200',
  '/api/v1/search?q=commit',
  '/api/v1/workers',
  '/api/v1/operations',
  '/api/v1/operations/jobs',
  '/api/v1/telemetry/snapshot',
  '/health',
];
const pages = ['/jobs', '/library', '/library?state=missing', '/library?q=commit'];
/** What differs between two answers although nothing has changed. */
const passing =
  /(?<="(timestamp|took_ms|request_id|oldest_pending_sec)":)("[^"]*"|[^,}]*)|[\d.]+ (ms|[KMG]iB free)/g;

type Answers = Record<string, string>;

/** Asks every reader at once. */
async function askAll(origin: string): Promise<Answers> {
  const read = async (address: string) => (await fetch(origin + address)).text();
  const page = async (address: string) => {
    const { parse } = await import('node-html-parser');
    return parse(await read(address));
  };
  const asked = [
    ...addresses.map(async (address) => [address, await read(address)]),
    ...pages.map(async (address) => [address, textOf(await page(address), 'main')]),
    page('/operations').then((html) => [
      '/operations',
      Object.values(card)
        .map((one) => textOf(html, one))
        .join('\n'),
    ]),
    fetch(`${origin}/ui/index/download`, { method: 'HEAD' }).then(({ status, headers }) => [
      'download',
      `${status} ${headers.get('etag') ?? headers.get('content-length')}`,
    ]),
  ];
  const answers: Answers = Object.fromEntries(await Promise.all(asked));
  for (const [name, text] of Object.entries(answers)) answers[name] = text.replace(passing, '0');
  return answers;
}

type End = { job: Job; at: Answers };
type Run = { operation: string; args?: Record<string, unknown>; act?: (job: Job) => Promise<unknown> };

/** Runs a job to its end. `at`: the answers in the turn in which its row has ended. */
async function runToEnd(t: Test, app: TestApp, { operation, args = {}, act }: Run): Promise<End> {
  const { repository, telemetry, listing, liveIndex } = app.parts;
  const stream = await openStream(app.origin, '/ui/stream/telemetry?topics=jobs');
  const { body } = await app.json(`/api/v1/operations/${operation}`, {
    args,
    reason: 'a test needs it',
    confirm: operation,
  });
  const number: number = body.number;
  const acted = act?.(body);
  const told = stream
    .until(({ event, data }) => event === 'ended' && data === String(number))
    .then(() => askAll(app.origin));
  const find = () => repository.find(String(number)) as Job;
  while (!isTerminal(find().status)) await nextLook(find());
  const counted = () => {
    const { succeeded, failed, cancelled, running, queued } = listing.counts();
    return { ended: { succeeded, failed, cancelled }, running, queued };
  };
  t.same(telemetry.jobs.lastDay(), counted().ended, `${operation}: the tally has it`);
  t.match(counted(), { running: 0, queued: 0 }, `${operation}: nothing runs`);
  const at = await askAll(app.origin);
  const afterEvent = await told;
  await acted;
  await repository.synced();
  await liveIndex.catchUp();
  const later = await askAll(app.origin);
  t.same(at, later, `${operation} ${find().status}: a reader that polls`);
  t.same(afterEvent, later, `${operation} ${find().status}: a reader that listens`);
  stream.close();
  return { job: find(), at };
}

/** Leaves the processor to the script; once it has ended, each turn is looked at. */
function nextLook({ pid }: Job): Promise<void> {
  return pid !== null && isLiving(pid) ? setTimeout(5) : new Promise(setImmediate);
}

const quiet = { CHL_TELEMETRY_INTERVAL_SEC: '3600' };

t.test('every operation: its result is seen with its end', async (t) => {
  const app = await startApp(t, { env: quiet });
  const ran = new Set<string>();
  const run = async (operation: string, args = {}) => {
    ran.add(operation);
    const end = await runToEnd(t, app, { operation, args });
    t.match(end.job, { status: 'succeeded', failure: null });
    t.notMatch(end.at['/operations'], /NaN|undefined/, `the outcome of ${operation} names every number`);
    return {
      result: end.job.result as Record<string, unknown>,
      at: end.at,
      index: JSON.parse(end.at['/api/v1/index'] ?? ''),
    };
  };

  const imported = await run('import');
  t.match(imported.index, { state: 'none', entries: 72, missing: 72 });
  t.match(imported.at['/library'], '72');
  const built = await run('index');
  t.match(built.index, { state: 'ready', generation: built.result.generation, fresh: 72 });
  t.match(JSON.parse(built.at['/api/v1/queue'] ?? ''), { pending: { total: 0 } });
  t.match(await run('export'), { result: { experiences: 60 } });

  const zip = await fetch(`${app.origin}/ui/index/download`).then((answer) => answer.arrayBuffer());
  const sheet = path.join(app.root, 'sheets/published/experiences.csv');
  fs.writeFileSync(
    sheet,
    fs.readFileSync(sheet, 'utf8').replace('Commit one logical change', 'Commit one change'),
  );
  t.match((await run('import')).index, { state: 'behind', entries: 72 });
  const repaired = await run('repair');
  t.match(repaired, { result: { repaired: 1 }, index: { state: 'ready', fresh: 72 } });
  t.not(repaired.index.generation, built.result.generation);

  const form = new FormData();
  form.append('snapshot', new Blob([zip], { type: 'application/zip' }), 'set.zip');
  t.equal((await fetch(`${app.origin}/api/v1/index/snapshot`, { method: 'POST', body: form })).status, 202);
  t.match(textOf((await app.page('/operations')).html, card.index), 'ready to install');
  const installed = await run('snapshot');
  t.match(installed.index, {
    state: 'behind',
    vectors: 72,
    previous: { generation: repaired.index.generation },
  });
  t.notMatch(installed.at['/operations'], 'ready to install');
  t.match((await run('rollback')).index, { state: 'ready', generation: repaired.index.generation });

  t.match(await run('undo', { job: '4' }), {
    result: { changed: 1 },
    index: { state: 'behind', entries: 72 },
  });

  t.match(await run('remove', { category: 'GIT' }), {
    result: { removed: 7, left_alone: 0 },
    index: { state: 'behind', entries: 66, orphans: 6 },
  });

  t.match(await run('audit-check'), { result: { sealed: 0 } });
  t.match(await run('database', { do: 'vacuum' }), { result: { database: 'library', do: 'vacuum' } });
  t.match(await run('recount'), { result: { corrected: 0 } });
  t.match(await run('costs'), { result: { days: 0 } });
  const { backup } = (await run('backup')).result;
  t.match(await run('drill'), { result: { backup } });
  t.match(await run('restore', { backup }), { result: { added: 0, changed: 0, removed: 0 } });

  const declared = declaredOperations.map(({ name }) => name);
  t.same([...ran].sort(), declared.sort(), 'a new operation needs a line above');
});

t.test('every kind of end: what a job has changed before it is seen with it', async (t) => {
  const limited = defineOperation({ name: 'limited', child: 'adds-an-entry' });
  const operations = [
    defineOperation({ child: 'adds-an-entry' }),
    limited,
    defineOperation({ name: 'unstartable', script: { command: ['/nonexistent/script'], env: [] } }),
  ];
  const app = await startApp(t, { env: quiet, catalogue: createCatalogue(operations) });
  const cancel = async ({ number }: Job) => {
    const { started_at } = await app.whenJob(number, 'running');
    await until(() => app.parts.repository.find(String(number))?.progress?.phase === 'added');
    limited.hardLimitMs = limitAfter(Date.now() - Date.parse(started_at ?? ''));
    await app.json(`/api/v1/operations/jobs/${number}/cancel`, {});
  };
  for (const [entries, run, expected] of [
    [1, { operation: 'chore', args: { text: 'succeeds' } }, { status: 'succeeded' }],
    [2, { operation: 'chore', args: { text: 'fails' } }, { status: 'failed', failure: { code: 'exited' } }],
    [3, { operation: 'chore', args: { text: 'sleeps' }, act: cancel }, { status: 'cancelled' }],
    [
      4,
      { operation: 'limited', args: { text: 'sleeps' } },
      { status: 'failed', failure: { code: 'timed_out' } },
    ],
    [4, { operation: 'unstartable' }, { status: 'failed', failure: { code: 'spawn_failed' } }],
  ] as [number, Run, object][]) {
    const { job, at } = await runToEnd(t, app, run);
    t.match(job, expected);
    t.match(JSON.parse(at['/api/v1/index'] ?? ''), { entries, missing: entries });
    t.match(JSON.parse(at['/api/v1/queue'] ?? ''), { pending: { total: entries } });
  }
});

t.test('loss: the first answers after a restart show what the lost job has changed', async (t) => {
  const root = makeFolder(t);
  const data = path.join(root, 'data');
  fs.mkdirSync(data);
  const command = [process.execPath, childFile('adds-an-entry')]
    .map((word) => JSON.stringify(word))
    .join(', ');
  fs.writeFileSync(
    path.join(data, 'operations.yaml'),
    `operations:\n  - name: adds\n    title: Add\n    summary: Adds an entry.\n    command: [${command}]\n    args:\n      text: { type: string, title: Text }\n`,
  );
  const { child, url } = await startServer(t, root, quiet);
  const post = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"args":{"text":"sleeps"}}',
  };
  const { number } = (await (await fetch(`${url}/api/v1/operations/adds`, post)).json()) as {
    number: number;
  };
  t.ok(number, 'it runs');
  const isAdded = async () =>
    ((await (await fetch(`${url}/api/v1/operations/jobs/${number}`)).json()) as Job).progress?.phase ===
    'added';
  await until(isAdded);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const again = await startServer(t, root, quiet);
  const at = await askAll(again.url);
  t.match(JSON.parse(at['/api/v1/operations/jobs'] ?? ''), {
    items: [{ status: 'failed', failure: { code: 'lost' } }],
  });
  t.match(JSON.parse(at['/api/v1/index'] ?? ''), { entries: 1, missing: 1 });
  t.match(await (await fetch(`${again.url}/api/v1/starts`)).json(), {
    items: [
      { end: null, ended_at: null, config_changed: false },
      { end: 'lost', ended_at: String, pid: child.pid, config_changed: null },
    ],
  });
  t.match(JSON.parse(at['/health'] ?? ''), { components: { runner: { detail: '0 jobs running' } } });
  // The sample is one of the process before, until the first of this one is taken.
  const withoutSample = ({ '/api/v1/telemetry/snapshot': _, ...others }: Answers) => others;
  t.same(withoutSample(await askAll(again.url)), withoutSample(at));
});
