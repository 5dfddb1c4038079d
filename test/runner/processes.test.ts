import '../support/plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import {
  findJobProcesses,
  readProcessTable,
  findMarkedProcesses,
  hasProc,
  identify,
  isAlive,
  mayHaveProcesses,
  readProcessesSince,
  signal,
} from '../../src/runner/processes.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const id = '22222222-2222-4222-8222-222222222222';

function sleep(t: Test, env: Record<string, string> = {}, detached = false): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['600'], {
    env: { PATH: process.env.PATH ?? '', ...env },
    detached,
    stdio: 'ignore',
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

t.test('this system has /proc, so everything here is proven', async (t) => {
  t.equal(hasProc, true);
});

t.test('pid, start time and boot id name a process while it lives', async (t) => {
  const child = sleep(t);
  const identity = identify(child.pid);
  t.match(identity, { pid: child.pid, started: /^\d+$/, bootId: /^[0-9a-f-]{36}$/ });
  t.equal(isAlive(identity), true);
  t.equal(
    isAlive({ ...identity, started: String(Number(identity.started) - 1) }),
    false,
    'the pid was reused',
  );
  t.equal(isAlive({ ...identity, bootId: 'of-another-boot' }), false);
  t.equal(isAlive({ ...identity, started: null }), false);
  t.equal(isAlive({ ...identity, bootId: null }), false);
  signal(child.pid, 'SIGKILL');
  await once(child, 'exit');
  t.equal(isAlive(identity), false);
  t.equal(identify(child.pid).started, null);
});

t.test('a stopped process is alive, a zombie is not', async (t) => {
  const child = sleep(t);
  signal(child.pid, 'SIGSTOP');
  t.equal(isAlive(identify(child.pid)), true);
  // The shell prints the pid of its child, then is replaced by a program that never reaps the child.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 600'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => parent.kill('SIGKILL'));
  const [line] = await once(parent.stdout, 'data');
  const zombie = Number(line);
  await until(() => !isAlive(identify(zombie)));
  t.equal(isAlive(identify(zombie)), false);
  t.same(findJobProcesses({ group: -1, marker: 'none', root: '/' }, readProcessTable()), []);
});

t.test('a job’s processes are those in its group and those with its marker and data root', async (t) => {
  const root = makeFolder(t);
  const env = { CHL_JOB: `${id}.1`, CHL_EXPERIENCE_ROOT: root };
  const leader = sleep(t, {}, true);
  const marked = sleep(t, env, true);
  sleep(t, { ...env, CHL_JOB: `${id}.11` }, true);
  sleep(t, { ...env, CHL_EXPERIENCE_ROOT: `${root}2` }, true);
  sleep(t, { CHL_JOB: `${id}.1` }, true);
  sleep(t);
  const found = findJobProcesses({ group: leader.pid, marker: `${id}.1`, root }, readProcessTable());
  t.same(found.sort(), [leader.pid, marked.pid].sort());
});

t.test('a process older than the first one of the job does not belong to it', async (t) => {
  const root = makeFolder(t);
  const { pid } = sleep(t, { CHL_JOB: `${id}.1`, CHL_EXPERIENCE_ROOT: root });
  const since = Number(identify(pid).started);
  const find = (from: number) =>
    findJobProcesses({ group: -1, marker: `${id}.1`, root, since: String(from) }, readProcessTable());
  t.same(find(since), [pid], 'of the same moment it is');
  t.same(find(since + 1), []);
});

t.test('marked processes of a data root are found with their marker; a run by hand has none', async (t) => {
  const root = makeFolder(t);
  const one = sleep(t, { CHL_JOB: `${id}.1`, CHL_EXPERIENCE_ROOT: root });
  const two = sleep(t, { CHL_JOB: 'x.2', CHL_EXPERIENCE_ROOT: root });
  sleep(t, { CHL_JOB: '', CHL_EXPERIENCE_ROOT: root });
  sleep(t, { CHL_EXPERIENCE_ROOT: root });
  sleep(t, { CHL_JOB: `${id}.1`, CHL_EXPERIENCE_ROOT: `${root}/below` });
  const byPid = (a: { pid: number }, b: { pid: number }) => a.pid - b.pid;
  t.same(
    findMarkedProcesses(root).sort(byPid),
    [
      { pid: one.pid, marker: `${id}.1` },
      { pid: two.pid, marker: 'x.2' },
    ].sort(byPid),
  );
});

t.test('a signal to a missing process, or to one of another user, is not an error', async (t) => {
  const child = sleep(t);
  signal(child.pid, 'SIGKILL');
  await once(child, 'exit');
  t.doesNotThrow(() => signal(child.pid, 'SIGTERM'));
  const code = `
    import { signal } from ${JSON.stringify(new URL('../../src/runner/processes.js', import.meta.url).href)};
    if (process.getuid() === 0) process.setuid(65534);
    signal(1, 'SIGCONT');
    console.log('went on');
  `;
  const other = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.equal(String((await once(other.stdout, 'data'))[0]), 'went on\n');
});

t.test('the quick check sees group, record and marker', async (t) => {
  const root = makeFolder(t);
  const env = { CHL_JOB: `${id}.1`, CHL_EXPERIENCE_ROOT: root };
  const first = sleep(t, {}, true);
  const search = { group: first.pid, marker: `${id}.1`, root };
  t.ok(mayHaveProcesses(search), 'its group');
  first.kill('SIGKILL');
  await once(first, 'exit');
  t.notOk(mayHaveProcesses(search), 'nobody');
  const marked = sleep(t, env, true);
  t.ok(mayHaveProcesses(search), 'the marker');
  t.notOk(mayHaveProcesses({ ...search, marker: `${id}.2` }), 'of another attempt');
  marked.kill('SIGKILL');
  await once(marked, 'exit');
  const hidden = sleep(t, {}, true);
  const recorded = new Map([[hidden.pid, identify(hidden.pid).started ?? '']]);
  t.ok(mayHaveProcesses({ ...search, recorded }), 'the record');
  t.notOk(
    mayHaveProcesses({ ...search, recorded: new Map([[hidden.pid, '1']]) }),
    'another process of that pid',
  );
});

t.test('processes started since the last look are found with the known ones, without threads', async (t) => {
  const known = sleep(t);
  const { newest } = readProcessesSince(known.pid, []);
  const fresh = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    env: { PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'pipe', 'ignore'],
  }) as ChildProcess & { pid: number; stdout: NodeJS.ReadableStream };
  t.teardown(() => fresh.kill('SIGKILL'));
  await once(fresh.stdout, 'data');
  const { table } = readProcessesSince(newest, [known.pid]);
  t.ok(table.has(known.pid));
  t.equal(table.get(fresh.pid)?.parent, process.pid);
  const ours = [...table].filter(([pid, { parent }]) => parent === process.pid && pid > newest);
  t.strictSame(
    ours.map(([pid]) => pid),
    [fresh.pid],
    'its threads have pids too',
  );
  t.ok(readProcessesSince(newest + 1000, []).table.size > 2, 'pids have begun anew: a look at all');
});
