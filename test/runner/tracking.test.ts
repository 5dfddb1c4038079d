// Whatever a script starts ends with its job, under each tracker that finds every process.
import '../support/plain-children.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import t, { type Test } from 'tap';
import { findInPath } from '../../src/runner/executables.ts';
import { identify, isAlive, readProcessTable } from '../../src/runner/processes.ts';
import { chooseTracker } from '../../src/runner/tracking.ts';
import { buildEngine, operator, startEngine } from '../support/engine.ts';
import { childFile, defineOperation, limitAfter } from '../support/operations.ts';
import { ignoreResets, nameProcesses, strictTrackings } from '../support/tracking.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const daemon = 'starts-a-hidden-daemon';

function start(t: Test, tracking: string, child: string, more: Parameters<typeof defineOperation>[0] = {}) {
  return startEngine(t, {
    operations: [defineOperation({ child, ...more })],
    env: { CHL_PROCESS_TRACKING: tracking },
  });
}

/** A custom operation that runs a shell script. */
function startShell(t: Test, tracking: string, script: string, env: Record<string, string> = {}) {
  return startEngine(t, {
    operations: [defineOperation({ script: { command: ['/bin/sh', '-c', script, 'sh'], env: [] } })],
    env: { CHL_PROCESS_TRACKING: tracking, ...env },
  });
}

for (const { tracking, skip } of strictTrackings) {
  const test = (title: string, run: (t: Test) => Promise<void>) =>
    t.test(`${tracking}: ${title}`, { skip }, run);

  test('a daemon that sheds everything ends at a cancel and at the time limit, and is listed', async (t) => {
    const limited = defineOperation({ name: 'limited', child: daemon });
    const engine = startEngine(t, {
      operations: [defineOperation({ child: daemon }), limited],
      env: { CHL_PROCESS_TRACKING: tracking },
    });
    const { name, living } = nameProcesses(t);
    const left = [{ pid: Number, name: 'sh', fate: 'killed' }];
    const { number } = engine.enqueue('chore', { text: name, count: 1 });
    const { started_at } = await engine.whenPhase(number, 'daemon started');
    limited.hardLimitMs = limitAfter(Date.now() - Date.parse(started_at ?? ''));
    t.ok(living().length > 0, 'it runs');
    engine.verbs.cancel(String(number), operator);
    const cancelled = await engine.whenJob(number);
    t.match(cancelled, { status: 'cancelled', failure: null, tracking, left_processes: left });
    t.same(living(), []);

    const { number: second } = engine.enqueue('limited', { text: name, count: 1 });
    const timedOut = { status: 'failed', failure: { code: 'timed_out' }, left_processes: left };
    t.match(await engine.whenJob(second), timedOut);
    t.same(living(), []);
  });

  test('a daemon that is left at a normal end is ended before the job ends, and is listed', async (t) => {
    const engine = start(t, tracking, daemon);
    const { name, living } = nameProcesses(t);
    const { number } = engine.enqueue('chore', { text: name });
    const job = await engine.whenJob(number);
    t.match(job, { status: 'succeeded', failure: null });
    t.match(job.left_processes, [{ name: 'sh', fate: 'killed' }]);
    t.same(living(), []);
  });

  test('a daemon does not survive a server that is killed and started again', async (t) => {
    const root = makeFolder(t);
    const { name, living } = nameProcesses(t);
    const words = [childFile('runs-a-job-and-serves-on'), root, daemon, 'daemon started', '0', name];
    const env = { ...process.env, CHL_PROCESS_TRACKING: tracking };
    const server = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    t.teardown(() => server.kill('SIGKILL'));
    const [line] = await once(server.stdout, 'data');
    t.ok(living().length > 0, 'it runs');
    server.kill('SIGKILL');
    await once(server, 'exit');
    const engine = buildEngine(root, { operations: [defineOperation()] });
    t.teardown(engine.close);
    t.match(engine.recover(), [{ status: 'failed' }]);
    t.same(living(), []);
    t.match(engine.jobs.find(JSON.parse(String(line)).id), { failure: { code: 'lost' } });
  });

  test('a job that leaves nothing behind lists nothing, with its pid from outside', async (t) => {
    const engine = start(t, tracking, 'sleeps');
    const { number } = engine.enqueue('chore');
    const { pid } = await engine.whenPhase(number, 'asleep');
    const identity = identify(pid as number);
    t.match(fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8'), /sleeps\.js/);
    engine.verbs.cancel(String(number), operator);
    t.match(await engine.whenJob(number), { status: 'cancelled', pid, left_processes: [] });
    t.equal(isAlive(identity), false);
  });

  test('the exit code and the signal of a script are told apart', async (t) => {
    for (const [script, failure] of [
      ['exit 137', { code: 'exited', message: /exit code 137/ }],
      ['exit 129', { code: 'exited', message: /exit code 129/ }],
      ['exit 255', { code: 'exited', message: /exit code 255/ }],
      ['kill -9 $$', { code: 'signalled', message: /SIGKILL/ }],
      ['kill -SEGV $$', { code: 'signalled', message: /SIGSEGV/ }],
      ['kill -TERM $$', { code: 'signalled', message: /SIGTERM/ }],
      ['kill -HUP $$', { code: 'signalled', message: /SIGHUP/ }],
    ] as const) {
      const engine = startShell(t, tracking, script);
      const { number } = engine.enqueue('chore');
      const job = await engine.whenJob(number);
      t.match(job.failure, failure, script);
      t.same([engine.logOf(job).text.toString(), job.failure?.stderr_tail], ['', null], script);
    }
  });

  test('memory and CPU time of a very short job are measured', async (t) => {
    const engine = start(t, tracking, 'succeeds');
    const { number } = engine.enqueue('chore');
    const job = await engine.whenJob(number);
    t.ok((job.peak_rss_bytes ?? 0) > 1024 * 1024, `${job.peak_rss_bytes}`);
    t.ok((job.cpu_sec ?? 0) > 0.01, `${job.cpu_sec}`);
  });

  test('SIGTERM reaches the script, its children, and a child in another session', async (t) => {
    const script = `
      trap 'echo script; wait; exit 0' TERM
      sh -c 'trap "echo child; exit 0" TERM; echo ready; while :; do sleep 0.05; done' &
      setsid sh -c 'trap "echo other session; exit 0" TERM; echo ready; while :; do sleep 0.05; done' &
      wait
    `;
    const engine = startShell(t, tracking, script, { CHL_KILL_GRACE_SEC: '10' });
    const { number } = engine.enqueue('chore');
    const running = await engine.whenJob(number, 'running');
    await until(() => engine.logOf(running).text.toString().match(/ready/g)?.length === 2);
    engine.verbs.cancel(String(number), operator);
    const job = await engine.whenJob(number);
    // The shells also report that their sleep was ended.
    const lines = engine.logOf(job).text.toString().split('\n');
    for (const line of ['child', 'other session', 'script']) t.ok(lines.includes(line), line);
    t.match(job, { status: 'cancelled', failure: null });
  });
}

const { skip = false } = strictTrackings[0] ?? {};

t.test(
  'namespace: a script finds itself and its children in /proc, and is not process 1',
  { skip },
  async (t) => {
    const script = `
    test "$$" -gt 1 || exit 3
    test "$(readlink /proc/self)" != "" || exit 4
    read -r pid _ </proc/$$/stat; test "$pid" = "$$" || exit 5
    sleep 600 & test -d /proc/$! || exit 6
    kill $!
    test "$(ls -d /proc/[0-9]* | wc -l)" -lt 10 || exit 7
    test "$CHL_PID" -gt 10 || exit 8
    test ! -e /proc/$$/fd/4 && test ! -e /proc/$$/fd/5 || exit 9
  `;
    const engine = startShell(t, 'namespace', script);
    const { number } = engine.enqueue('chore');
    t.match(await engine.whenJob(number), { status: 'succeeded', failure: null });
  },
);

t.test('namespace: a server that is killed takes every process with it at once', { skip }, async (t) => {
  const root = makeFolder(t);
  const { name, living } = nameProcesses(t);
  const words = [childFile('runs-a-job-and-serves-on'), root, daemon, 'daemon started', '0', name];
  const env = { ...process.env, CHL_PROCESS_TRACKING: 'namespace' };
  const server = spawn(process.execPath, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout, 'data');
  server.kill('SIGKILL');
  await until(() => living().length === 0);
  t.same(living(), []);
});

t.test('namespace: a keeper that outlived its server is killed at the next start', { skip }, async (t) => {
  const root = makeFolder(t);
  const { name, living } = nameProcesses(t);
  const engine = buildEngine(root, { operations: [defineOperation()] });
  t.teardown(engine.close);
  const { tracker } = chooseTracker('namespace');
  const options = { cwd: root, env: {}, marker: 'none.1', root };
  const [file = '', ...args] = tracker.wrap(
    ['/bin/sh', '-c', 'env -i setsid sleep 600 & wait', name],
    options,
  );
  const child = spawn(file, args, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  ignoreResets(child);
  const followed = tracker.follow(Object.assign(child, { pid: child.pid as number }), options);
  const started = await followed.started;
  const { id } = engine.enqueue('chore');
  const job = engine.repository.start(id);
  if (job) engine.repository.setProcess(job, { ...started, tracking: 'namespace' });
  followed.begin(started.script);
  followed.exited.catch(() => {});
  await until(() => living().length > 0);
  t.match(engine.recover(), [{ killed: [started.script.pid, started.keeper?.pid] }]);
  t.same(living(), []);
  t.same(
    [...readProcessTable()].filter(([, { parent }]) => parent === started.keeper?.pid),
    [],
  );
});

t.test('what a Python script has printed is in the log when it is killed', async (t) => {
  const python = findInPath('python3');
  if (!python) return t.pass('skipped: there is no python3');
  const script =
    'import os, time\nprint("printed")\nos.write(3, b\'{"type":"progress","done":1,"phase":"printed"}\\n\')\ntime.sleep(600)';
  const engine = start(t, 'auto', '', { script: { command: [python, '-c', script], env: [] } });
  const { number } = engine.enqueue('chore');
  await engine.whenPhase(number, 'printed');
  engine.verbs.cancel(String(number), operator);
  t.equal(engine.logOf(await engine.whenJob(number)).text.toString(), 'printed\n');
});

for (const { tracking, skip } of [...strictTrackings, { tracking: 'group' as const, skip: false }]) {
  t.test(
    `${tracking}: a stopped script ends at its time limit, and the audit log has it`,
    { skip },
    async (t) => {
      const engine = start(t, tracking, 'stops-itself', { hardLimitMs: 2000 });
      const { number } = engine.enqueue('chore');
      const job = await engine.whenJob(number);
      t.match(job, { status: 'failed', failure: { code: 'timed_out' }, tracking });
      const audited = engine.auditRows(`job:${number}`).at(-1);
      t.match(audited, { event: 'job.finished', outcome: 'failed', detail: /time limit of 2 s/ });
    },
  );
}

t.test('group: memory and CPU time of a job are measured while it runs', async (t) => {
  const engine = startShell(t, 'group', 'while :; do :; done');
  const { id, number } = engine.enqueue('chore');
  await until(() => engine.repository.samples(id).some((sample) => sample.cpu_percent > 0));
  engine.verbs.cancel(String(number), operator);
  const job = await engine.whenJob(number);
  t.ok((job.peak_rss_bytes ?? 0) > 100 * 1024, `${job.peak_rss_bytes}`);
  t.ok((job.cpu_sec ?? 0) > 0, `${job.cpu_sec}`);
});

t.test('group: a job says how its processes were tracked', async (t) => {
  const engine = start(t, 'group', 'succeeds');
  const { number } = engine.enqueue('chore');
  t.match(await engine.whenJob(number), { status: 'succeeded', tracking: 'group', left_processes: [] });
});
