// Daemons that shed everything, where the server runs as an ordinary user, without util-linux, and under a worker; and what
// a job says when its namespace is refused.
import '../support/plain-children.ts';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { pino } from 'pino';
import { readConfig } from '../../src/core/config.ts';
import { findInPath } from '../../src/runner/executables.ts';
import { readProcessTable, signal } from '../../src/runner/processes.ts';
import { chooseTracker } from '../../src/runner/tracking.ts';
import { createPoolSlot } from '../../src/workers/pool-slot.ts';
import { mainFile } from '../support/server.ts';
import { childFile } from '../support/operations.ts';
import { isAvailable, nameProcesses } from '../support/tracking.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

/** nobody */
const otherUser = 65_534;
const setpriv = findInPath('setpriv') ?? '';
const asOther = [setpriv, `--reuid=${otherUser}`, `--regid=${otherUser}`, '--clear-groups', '--'];
const isRoot = process.getuid?.() === 0;

type Ends = {
  uid: number;
  ends: { status: string; message: string | null; tracking: string; fates: string[]; living: number }[];
};

/** Runs a daemon's job to each of its ends in an engine of its own. */
async function endDaemons(t: Test, prefix: string[], env: Record<string, string> = {}): Promise<Ends> {
  const root = makeFolder(t);
  if (prefix.length > 0) fs.chownSync(root, otherUser, otherUser);
  const { name } = nameProcesses(t);
  const words = [...prefix, process.execPath, childFile('ends-daemons'), root, name];
  const [file = '', ...args] = words;
  const child = spawn(file, args, {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(await text(child.stdout)) as Ends;
}

/** A folder with the programs of PATH that scripts and trackers use, except some. */
function pathWithout(t: Test, ...missing: string[]): string {
  const folder = makeFolder(t);
  for (const name of ['sh', 'env', 'sleep', 'setsid', 'setpriv', 'unshare'])
    if (!missing.includes(name)) fs.symlinkSync(findInPath(name) ?? '', path.join(folder, name));
  return folder;
}

const mayMakeNamespaces =
  isRoot &&
  spawnSync(asOther[0] ?? '', [...asOther.slice(1), 'unshare', '--user', '--pid', '--fork', 'true'])
    .status === 0;
const skipAsUser = !isRoot
  ? 'this user is an ordinary one: the other tests cover it'
  : !mayMakeNamespaces
    ? 'this system allows ordinary users no namespaces'
    : false;

t.test('an ordinary user’s daemon ends with its job, and is listed', { skip: skipAsUser }, async (t) => {
  const { uid, ends } = await endDaemons(t, asOther);
  t.equal(uid, otherUser);
  const left = { tracking: 'namespace', fates: ['sh killed'], living: 0 };
  t.match(ends, [
    { ...left, status: 'succeeded' },
    { ...left, status: 'cancelled' },
    { ...left, status: 'failed', message: /time limit/ },
  ]);
});

t.test('an ordinary user’s daemon does not survive kill -9 and restart', { skip: skipAsUser }, async (t) => {
  const root = makeFolder(t);
  fs.chownSync(root, otherUser, otherUser);
  const { name, living } = nameProcesses(t);
  const words = [
    childFile('runs-a-job-and-serves-on'),
    root,
    'starts-a-hidden-daemon',
    'daemon started',
    '0',
    name,
  ];
  const [file = '', ...args] = [...asOther, process.execPath, ...words];
  const server = spawn(file, args, { env: process.env, stdio: ['ignore', 'pipe', 'inherit'] });
  t.teardown(() => server.kill('SIGKILL'));
  await once(server.stdout, 'data');
  const ofServer = new Set([server.pid]);
  t.ok(
    living().some((pid) => !ofServer.has(pid)),
    'it runs',
  );
  server.kill('SIGKILL');
  await once(server, 'exit');
  await until(() => living().length === 0);
  t.same(living(), []);
});

t.test('without unshare the next tracker is used, and doctor names it', async (t) => {
  const PATH = pathWithout(t, 'unshare');
  const expected = isAvailable('cgroup') ? 'cgroup' : 'group';
  const { ends } = await endDaemons(t, [], { PATH });
  for (const { tracking } of ends) t.equal(tracking, expected);
  if (expected === 'cgroup') t.match(ends, Array(3).fill({ fates: ['sh killed'], living: 0 }));
  const cli = path.join(path.dirname(mainFile), 'cli.js');
  const env = { PATH, CHL_EXPERIENCE_ROOT: path.join(PATH, 'data') };
  const doctor = spawnSync(process.execPath, [cli, 'doctor', '--json'], { env, encoding: 'utf8' });
  const { findings } = JSON.parse(doctor.stdout) as { findings: { part: string; text: string }[] };
  const found = findings.find(({ part }) => part === 'processes');
  t.match(found?.text, expected === 'cgroup' ? /control group/ : /does not allow PID namespaces \(unshare/);
});

t.test('where unshare makes PID namespaces, they are used', async (t) => {
  const user = isRoot ? [] : ['--user', '--map-current-user'];
  const { status } = spawnSync('unshare', [...user, '--pid', '--fork', '--mount-proc', 'true']);
  if (status !== 0) return t.pass('skipped: this system allows no namespace');
  t.equal(chooseTracker('auto').tracking, 'namespace');
});

const skipNamespace = isAvailable('namespace') ? false : 'this system allows no namespace';

t.test(
  'a namespace that is refused after the start fails the job with its cause',
  { skip: skipNamespace },
  async (t) => {
    const PATH = pathWithout(t, 'unshare');
    const script = `#!/bin/sh
if [ -e '${PATH}/probed' ]; then echo 'unshare: unshare failed: No space left on device' >&2; exit 1; fi
: > '${PATH}/probed'
exec ${findInPath('unshare')} "$@"
`;
    fs.writeFileSync(path.join(PATH, 'unshare'), script, { mode: 0o755 });
    const { ends } = await endDaemons(t, [], { PATH, CHL_PROCESS_TRACKING: 'namespace' });
    const message = /could not be started: its PID namespace could not be created: .*No space left on device/;
    t.match(ends[0], { status: 'failed', message, fates: [], living: 0 });
  },
);

t.test('a daemon that a worker leaves ends with it', { skip: skipNamespace }, async (t) => {
  const { name, living } = nameProcesses(t);
  const daemon = `cd /; trap : TERM HUP; while :; do sleep 600; done`;
  const hide = `exec env -i setsid /bin/sh -c '${daemon}' daemon ${name} 0<&- 1>&- 2>&- 3>&-`;
  const script = `setsid /bin/sh -c "(${hide}) & exit 0"; sleep 600`;
  const root = makeFolder(t);
  const ended: string[] = [];
  const slot = createPoolSlot({
    name: 'embed-1',
    config: readConfig({ CHL_EXPERIENCE_ROOT: root }, root),
    command: ['/bin/sh', '-c', script, 'worker'],
    times: { failedStartMs: 0, registerMaxMs: 60_000, backOffMs: 60_000 },
    repository: { find: () => null },
    log: pino({ level: 'silent' }),
    onEnd: (_name, reason) => ended.push(reason),
    onStatements() {},
    onGiveUp() {},
  });
  t.teardown(slot.stop);
  /** The worker, once the daemon is adopted by the process that started the worker. */
  const siblingsOf = (pid: number) => {
    const table = readProcessTable();
    const parent = table.get(pid)?.parent;
    return [...table].flatMap(([other, stat]) => (stat.parent === parent && other !== pid ? [other] : []));
  };
  for (const end of ['kill', 'stop'] as const) {
    slot.start();
    const [daemonPid = 0] = await until(living, (pids) => pids.length > 0);
    const workers = await until(
      () => siblingsOf(daemonPid),
      (pids) => pids.length > 0,
    );
    if (end === 'stop') await slot.stop();
    else for (const pid of workers) signal(pid, 'SIGKILL');
    await until(() => living().length === 0);
    t.same(living(), [], end);
  }
  t.match(ended, [/killed by SIGKILL/]);
});
