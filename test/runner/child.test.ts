import '../support/plain-children.ts';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { type Child, type ChildOutput, spawnChild } from '../../src/runner/child.ts';
import { findExecutable, findInPath } from '../../src/runner/executables.ts';
import {
  findJobProcesses,
  findMarkedProcesses,
  identify,
  isAlive,
  readProcessTable,
} from '../../src/runner/processes.ts';
import type { LeftProcess } from '../../src/jobs/job.ts';
import { childFile } from '../support/operations.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const marker = '11111111-1111-4111-8111-111111111111.1';

type Started = Omit<Child, 'pid'> & {
  pid: number;
  root: string;
  output(): { stdout: string; stderr: string; messages: string };
};

/** A child that is not released yet; its processes are ended with the test. Where a test reads a pid that a script prints,
 *  it is tracked by its group, because pids in a namespace are others. */
async function spawnIn(t: Test, command: string[], output: Partial<ChildOutput> = {}): Promise<Started> {
  const root = makeFolder(t);
  const chunks: Record<'stdout' | 'stderr' | 'messages', Buffer[]> = { stdout: [], stderr: [], messages: [] };
  const child = spawnChild(
    command,
    {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', CHL_EXPERIENCE_ROOT: root },
      marker,
      root,
      tracking: 'group',
    },
    {
      onStdout: (chunk) => chunks.stdout.push(chunk),
      onStderr: (chunk) => chunks.stderr.push(chunk),
      onMessages: (chunk) => chunks.messages.push(chunk),
      descendants: null,
      ...output,
    },
  );
  t.teardown(() => child.end(0));
  const text = (name: keyof typeof chunks) => Buffer.concat(chunks[name]).toString();
  return {
    ...child,
    pid: (await child.started).script.pid,
    root,
    output: () => ({ stdout: text('stdout'), stderr: text('stderr'), messages: text('messages') }),
  };
}

const survivors = (left: LeftProcess[]) => left.filter(({ fate }) => fate === 'running');
const sh = (script: string) => ['/bin/sh', '-c', script];
const node = (name: string) => [process.execPath, childFile(name)];
const left = ({ pid, root }: Started) => findJobProcesses({ group: pid, marker, root }, readProcessTable());

/** Starts a fixture of the protocol and waits until it reports that it is ready. */
async function startFixture(t: Test, name: string): Promise<Started> {
  let ready = () => {};
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const child = await spawnIn(t, node(name), { onMessages: () => ready() });
  child.release('{}');
  await isReady;
  return child;
}

t.test('a command does not run before it is released', async (t) => {
  const child = await spawnIn(t, sh('touch ran; cat'));
  const { script } = await child.started;
  t.match(script, { started: /^\d+$/, bootId: /^[0-9a-f-]{36}$/ });
  t.ok(isAlive(script), 'the process with that identity waits');
  t.equal(child.hasExited(), false);
  t.notOk(fs.existsSync(`${child.root}/ran`));
  child.release('the arguments');
  t.same(await child.exited, { code: 0, signal: null });
  t.ok(fs.existsSync(`${child.root}/ran`));
  t.equal(child.output().stdout, 'the arguments');
  t.equal(child.hasExited(), true);
});

t.test('a command whose server dies before the release never runs', async (t) => {
  const child = await spawnIn(t, sh('touch ran'));
  const survivors = await child.end(1000);
  t.same(survivors, []);
  await child.exited;
  t.notOk(fs.existsSync(`${child.root}/ran`));
});

t.test(
  'stdout, stderr and messages are three streams, and the server’s own files are not inherited',
  async (t) => {
    const own = path.join(makeFolder(t, { 'own.db': '' }), 'own.db');
    const fd = fs.openSync(own, 'r');
    t.teardown(() => fs.closeSync(fd));
    const child = await spawnIn(
      t,
      sh('echo out; echo err >&2; echo msg >&3; echo fd=$CHL_MESSAGE_FD job=$CHL_JOB; ls -l /proc/$$/fd >&3'),
    );
    child.release('');
    t.same(await child.exited, { code: 0, signal: null });
    const { stdout, stderr, messages } = child.output();
    t.equal(stdout, `out\nfd=3 job=${marker}\n`);
    t.equal(stderr, 'err\n');
    t.match(messages, /^msg\n[\s\S]* 3 -> /);
    t.notMatch(messages, own);
    t.notMatch(messages, / 4 -> /, 'nor the gate');
  },
);

t.test('the exit has the code or the signal', async (t) => {
  for (const [script, exit] of [
    ['exit 7', { code: 7, signal: null }],
    ['kill -9 $$', { code: null, signal: 'SIGKILL' }],
    ['no-such-command', { code: 127, signal: null }],
  ] as const) {
    const child = await spawnIn(t, sh(script));
    child.release('');
    t.same(await child.exited, exit, script);
  }
});

t.test('a child that does not read its input does no harm', async (t) => {
  const child = await spawnIn(t, sh('exec 0<&-; exit 0'));
  child.release('x'.repeat(5_000_000));
  t.same(await child.exited, { code: 0, signal: null });
});

t.test(
  'the exit does not wait for a grandchild that holds the pipes, and the grandchild is ended',
  async (t) => {
    const child = await spawnIn(t, node('forks-a-daemon'));
    child.release('');
    t.same(await child.exited, { code: 0, signal: null });
    const daemon = Number(child.output().stdout);
    t.same(left(child), [daemon], 'in its own session, it is found by its marker');
    t.same(await child.end(0), [{ pid: daemon, name: 'sleep', fate: 'killed' }]);
    t.same(left(child), []);
  },
);

t.test('a process that hides its marker is ended with its group', async (t) => {
  const child = await spawnIn(t, sh('env -i sleep 600 & echo $! >&3; wait'));
  child.release('');
  await until(() => child.output().messages !== '');
  const hidden = identify(Number(child.output().messages));
  t.ok(isAlive(hidden));
  // The shell's fork carries the marker until it executes env.
  const marked = () => findMarkedProcesses(child.root).map(({ pid }) => pid);
  await until(() => marked().length <= 1);
  t.same(marked(), [child.pid]);
  await child.end(0);
  t.notOk(isAlive(hidden));
});

t.test('end() ends any kind of child with all its descendants', async (t) => {
  const kinds: Record<string, NodeJS.Signals> = {
    sleeps: 'SIGTERM',
    'ignores-sigterm': 'SIGKILL',
    'stops-itself': 'SIGTERM',
    'forks-a-daemon-and-sleeps': 'SIGTERM',
    'runs-a-pipeline': 'SIGTERM',
  };
  for (const [name, signal] of Object.entries(kinds)) {
    const child = await startFixture(t, name);
    t.ok(left(child).length > 0);
    t.same(survivors(await child.end(500)), [], `${name}: nothing survives`);
    t.same(await child.exited, { code: null, signal }, name);
    t.same(left(child), []);
    t.same(findMarkedProcesses(child.root), []);
  }
});

t.test('two calls of end() share one run, and the shorter grace counts', async (t) => {
  const child = await startFixture(t, 'ignores-sigterm');
  const long = child.end(3_600_000);
  const short = child.end(0);
  const longAgain = child.end(3_600_000);
  t.same(await Promise.all([long, short, longAgain]), [[], [], []]);
  t.same(await child.exited, { code: null, signal: 'SIGKILL' });
  t.same(await child.end(0), []);
});

t.test('end() after the exit changes nothing', async (t) => {
  const child = await spawnIn(t, sh('exit 3'));
  child.release('');
  await child.exited;
  t.same(await child.end(1000), []);
  t.same(await child.exited, { code: 3, signal: null });
});

t.test('a missing folder is reported, and no process is signalled', async (t) => {
  const ignore = () => {};
  const child = spawnChild(
    ['/bin/true'],
    { cwd: '/no/such/folder', env: {}, marker, root: '/nowhere', tracking: 'group' },
    { onStdout: ignore, onStderr: ignore, onMessages: ignore, descendants: null },
  );
  await t.rejects(child.started, { code: 'ENOENT' });
  t.equal(child.hasExited(), true);
  child.release('x');
  await t.rejects(child.exited, { code: 'ENOENT' });
  t.same(await child.end(0), []);
});

t.test('a server without a free descriptor reports it and keeps running', async (t) => {
  const { stdout, stderr, status } = spawnSync(
    'sh',
    ['-c', 'ulimit -n 40; exec "$@"', 'sh', ...node('starts-a-child-without-descriptors')],
    { encoding: 'utf8' },
  );
  t.equal(stderr, '');
  t.match(stdout, /EMFILE, left: \[\]\n$/);
  t.equal(status, 0);
});

t.test('commands are searched for in the folders of PATH; only executable files count', async (t) => {
  const folder = makeFolder(t, { tool: '', folder: {} });
  t.equal(findExecutable('tool', [folder]), null);
  fs.chmodSync(`${folder}/tool`, 0o755);
  t.equal(findExecutable('tool', ['/nowhere', folder]), `${folder}/tool`);
  t.equal(findExecutable('folder', [folder]), null);
  t.equal(findInPath(`${folder}/tool`), `${folder}/tool`);
  t.equal(findInPath('no-such-command-anywhere'), null);
});
