// Every way in which a supervisor, a shell or a closed terminal stops the server, a worker or a command: nothing stays, and
// the running script is asked to end.
import './support/plain-children.ts';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { packageRoot } from '../src/core/config.ts';
import { prepareLibrary } from '../src/core/db/library.ts';
import { prepareOps } from '../src/core/db/ops.ts';
import { findLockHolder } from '../src/runner/server-lock.ts';
import { findMarkedProcesses, identify, isAlive } from '../src/runner/processes.ts';
import { queryOps } from './support/command-line.ts';
import { mainFile, serverEnvironment } from './support/server.ts';
import { until } from './support/until.ts';
import { makeFolder } from './support/folder.ts';

const script = `trap 'echo asked to end >&2; exit 3' TERM HUP; echo asleep; while :; do sleep 0.1; done`;
const operations = `operations:
  - { name: sleeps, title: Sleeps, summary: Sleeps., command: [sh, -c, ${JSON.stringify(script)}] }
`;
const server = { npm: ['start'], file: mainFile, words: [] };
const worker = { npm: ['run', 'worker'], file: path.join(packageRoot, 'dist/scripts/worker.js'), words: [] };
const command = {
  npm: ['run', 'chl', '--', 'sleeps'],
  file: path.join(packageRoot, 'dist/src/cli.js'),
  words: ['sleeps'],
};
type Program = { npm: string[]; file: string; words: string[] };

/** Starts a program on a data root with the operation `sleeps`, and resolves when it has printed `words`. */
async function start(
  t: Test,
  root: string,
  [file = '', ...args]: string[],
  words: RegExp,
  { stdin = 'ignore' as 'ignore' | number, env = {} } = {},
) {
  const child = spawn(file, args, {
    cwd: packageRoot,
    env: { ...serverEnvironment(root, env), HOME: root },
    stdio: [stdin, 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  let printed = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      printed += chunk;
      if (words.test(printed)) resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', () => reject(new Error(`it ended: ${printed}`)));
  });
  return { child, exit };
}

function makeData(t: Test): { root: string; data: string } {
  const root = makeFolder(t, { data: {} });
  const data = path.join(root, 'data');
  fs.writeFileSync(path.join(data, 'operations.yaml'), operations, { mode: 0o600 });
  return { root, data };
}

/** How to start it, and whom to send which signal. */
type Way = [name: string, command: (program: Program) => string[], signals: NodeJS.Signals[]];
const asNpm: Way[1] = ({ npm }) => ['npm', ...npm];
const asNode: Way[1] = ({ file, words }) => [process.execPath, file, ...words];
const ways: Way[] = [
  ['SIGTERM to npm', asNpm, ['SIGTERM']],
  ['SIGKILL to npm, which cannot pass it on,', asNpm, ['SIGKILL']],
  ['SIGHUP, as when its terminal is closed,', asNode, ['SIGHUP']],
  ['SIGINT twice, as npm passes on Ctrl+C,', asNode, ['SIGINT', 'SIGINT']],
  ['SIGQUIT, as of Ctrl+\\, and then each other signal,', asNode, ['SIGQUIT', 'SIGHUP', 'SIGTERM', 'SIGINT']],
];

for (const [way, commandOf, signals] of ways) {
  t.test(`${way} stops the server and the running script`, async (t) => {
    const { root, data } = makeData(t);
    const { child, exit } = await start(t, root, commandOf(server), /ready: /);
    const { pid = 0, url = '' } = findLockHolder(data)?.holder ?? {};
    const identity = identify(pid);
    const post = { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } };
    await fetch(`${url}/api/v1/operations/sleeps`, post);
    await untilJob(data, 'running');
    for (const name of signals) child.kill(name);
    await exit;
    await until(() => !isAlive(identity));
    checkEnd(t, data);
  });

  t.test(`${way} stops a command and its script`, async (t) => {
    const { root, data } = makeData(t);
    const { child, exit } = await start(t, root, commandOf(command), /asleep/);
    for (const name of signals) child.kill(name);
    await exit;
    await until(() => !findLockHolder(data));
    checkEnd(t, data);
  });

  t.test(`${way} stops a worker`, async (t) => {
    const { root, data } = makeData(t);
    prepareLibrary(path.join(data, 'chl.db')).library.close();
    prepareOps(path.join(data, 'ops.db')).close();
    const { child, exit } = await start(t, root, commandOf(worker), /Ctrl\+C stops it/);
    const [row] = queryOps(data, 'SELECT pid FROM worker WHERE ended_at IS NULL');
    const identity = identify(Number(row?.pid));
    for (const name of signals) child.kill(name);
    await exit;
    await until(() => !isAlive(identity));
    t.same(queryOps(data, 'SELECT name FROM worker WHERE ended_at IS NULL'), []);
  });
}

t.test('a server started with nohup outlives its terminal and its npm', async (t) => {
  // As nohup opens it in place of a terminal.
  const unreadable = fs.openSync('/dev/null', 'w');
  t.teardown(() => fs.closeSync(unreadable));
  for (const [name, more] of Object.entries({
    'by the name of the command': { env: { _: '/usr/bin/nohup' } },
    'by its standard input': { stdin: unreadable },
  })) {
    const { root, data } = makeData(t);
    const { child, exit } = await start(t, root, asNpm(server), /ready: /, more);
    const { pid = 0, url = '' } = findLockHolder(data)?.holder ?? {};
    child.kill('SIGHUP');
    t.same(await exit, [null, 'SIGHUP'], `npm ends: ${name}`);
    process.kill(pid, 'SIGHUP');
    const identity = identify(pid);
    // Longer than the server needs to notice the end of its npm.
    for (const deadline = Date.now() + 1500; Date.now() < deadline; ) await setTimeout(50);
    t.equal((await fetch(`${url}/livez`)).status, 200, name);
    process.kill(pid, 'SIGTERM');
    await until(() => !isAlive(identity));
  }
});

async function untilJob(data: string, status: string) {
  await until(() => queryOps(data, 'SELECT status FROM job')[0]?.status === status);
}

function checkEnd(t: Test, data: string) {
  t.equal(findLockHolder(data), null, 'the data root is free');
  const [job] = queryOps(data, 'SELECT id, status FROM job');
  t.match(job?.status, /^(failed|cancelled)$/, 'the job has ended');
  t.same(findMarkedProcesses(data), [], 'its processes, too');
  const logs = fs.readdirSync(path.join(data, 'logs'), { recursive: true, encoding: 'utf8' });
  const texts = logs
    .map((file) => path.join(data, 'logs', file))
    .filter((file) => fs.statSync(file).isFile());
  t.match(
    texts.map((file) => fs.readFileSync(file, 'utf8')).join(''),
    /asked to end/,
    'the script was asked to end',
  );
}
