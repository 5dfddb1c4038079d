import '../support/plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import t, { type Test } from 'tap';
import type { Claim, Job, ProcessIdentity } from '../../src/jobs/job.ts';
import { jobLogFile, openJobLog } from '../../src/job-log/log.ts';
import { findMarkedProcesses, identify, isAlive, isLiving } from '../../src/runner/processes.ts';
import { buildEngine, type Engine, operator } from '../support/engine.ts';
import { childFile, defineOperation } from '../support/operations.ts';
import { until } from '../support/until.ts';
import { makeFolder } from '../support/folder.ts';

const library: Claim = { name: 'library', mode: 'exclusive' };
const operations = [
  defineOperation({ locks: () => [library] }),
  defineOperation({ name: 'again', onRestart: 'requeue', locks: () => [library] }),
];

/** An engine that has not recovered yet; its runner does not run. */
function open(t: Test, root = makeFolder(t)): Engine {
  const engine = buildEngine(root, { operations });
  t.teardown(engine.close);
  return engine;
}

/** A job left by a killed server: running, with its child recorded. */
function leaveRunning(engine: Engine, operation = 'chore', child?: { pid: number; started?: string }): Job {
  const { id } = engine.enqueue(operation);
  const job = engine.repository.start(id) as Job;
  if (child)
    setProcess(engine, job, { ...identify(child.pid), ...(child.started && { started: child.started }) });
  return engine.jobs.find(id);
}

function setProcess(engine: Engine, job: Job, script: ProcessIdentity) {
  engine.repository.setProcess(job, { script, keeper: null, tracking: 'group' });
}

function sleep(t: Test, env: Record<string, string> = {}): ChildProcess & { pid: number } {
  const child = spawn('sleep', ['600'], {
    env: { PATH: process.env.PATH ?? '', ...env },
    detached: true,
    stdio: 'ignore',
  });
  t.teardown(() => child.kill('SIGKILL'));
  return child as ChildProcess & { pid: number };
}

t.test('a job whose process is gone is lost, its lock is free, and the audit log has it', async (t) => {
  const engine = open(t);
  const child = sleep(t);
  const job = leaveRunning(engine, 'chore', child);
  child.kill('SIGKILL');
  await once(child, 'exit');
  t.same(engine.recover(), [{ number: 1, status: 'failed', killed: [] }]);
  t.match(engine.jobs.find(job.id), {
    status: 'failed',
    attempt: 1,
    pid: child.pid,
    failure: { code: 'lost', message: /The server stopped while this job ran/ },
  });
  t.same(engine.repository.positions(), []);
  t.match(engine.auditRows('job:1').at(-1), { event: 'job.recovered', outcome: 'failed', actor: 'system' });
  t.same(engine.history.at(-1), '#1 failed');
  t.same(engine.recover(), [], 'a second look finds nothing');
});

t.test('a job that died between its start and its spawn is lost, too', async (t) => {
  const engine = open(t);
  leaveRunning(engine);
  t.same(engine.recover(), [{ number: 1, status: 'failed', killed: [] }]);
});

t.test('a job whose work is recorded as applied has succeeded, even if a cancel was asked for', async (t) => {
  const engine = open(t);
  const job = leaveRunning(engine, 'again');
  engine.library
    .prepare(`INSERT INTO ops_applied VALUES (?, ?, 1, '{"added":3}', '')`)
    .run(job.id, job.attempt);
  engine.verbs.cancel(job.id, operator);
  t.same(engine.recover(), [{ number: 1, status: 'succeeded', killed: [] }]);
  t.match(engine.jobs.find(job.id), { status: 'succeeded', result: { added: 3 }, failure: null });
});

t.test('a secret in a result is masked', async (t) => {
  const engine = buildEngine(makeFolder(t), { operations, secrets: ['hunter2hunter2'] });
  t.teardown(engine.close);
  const job = leaveRunning(engine);
  engine.library
    .prepare(`INSERT INTO ops_applied VALUES (?, ?, 1, '{"note":"by hunter2hunter2"}', '')`)
    .run(job.id, job.attempt);
  engine.recover();
  t.notMatch(JSON.stringify(engine.jobs.find(job.id)), 'hunter2');
  t.match(engine.jobs.find(job.id), { status: 'succeeded', result: { note: /^by / } });
});

t.test('every lost job is settled before the first event', async (t) => {
  const engine = buildEngine(makeFolder(t), { operations: [defineOperation({})] });
  t.teardown(engine.close);
  for (const _ of [1, 2]) leaveRunning(engine);
  const running: number[] = [];
  engine.bus.on('job', () => running.push(engine.repository.active().length));
  t.same(
    engine.recover().map(({ number, status }) => [number, status]),
    [
      [1, 'failed'],
      [2, 'failed'],
    ],
  );
  t.same(running, [0, 0]);
});

t.test('the applied work of another attempt does not count', async (t) => {
  const engine = open(t);
  const job = leaveRunning(engine);
  engine.library.prepare(`INSERT INTO ops_applied VALUES (?, ?, 1, '{}', '')`).run(job.id, job.attempt + 1);
  t.match(engine.recover(), [{ status: 'failed' }]);
});

t.test(
  'an operation with onRestart requeue is queued again at the end and runs as a new attempt',
  async (t) => {
    const engine = open(t);
    const job = leaveRunning(engine, 'again');
    engine.enqueue('chore', {}, { whenLocked: 'wait' });
    t.same(engine.recover(), [{ number: 1, status: 'queued', killed: [] }]);
    t.same(
      engine.repository.positions().map(({ jobId, isHeld }) => [engine.jobs.find(jobId).number, isHeld]),
      [
        [2, false],
        [1, false],
      ],
    );
    t.match(engine.auditRows('job:1').at(-1), { event: 'job.recovered', outcome: 'ok' });
    engine.runner.start();
    t.match(await engine.whenJob(1), { status: 'succeeded', attempt: 2, id: job.id });
  },
);

t.test('a requested cancel is kept: the job is cancelled and not queued again', async (t) => {
  const engine = open(t);
  for (const operation of ['chore', 'again']) {
    const job = leaveRunning(engine, operation);
    engine.verbs.cancel(job.id, operator);
    t.match(engine.recover(), [{ status: 'cancelled' }], operation);
    t.match(engine.jobs.find(job.id), { status: 'cancelled', failure: null });
  }
});

t.test('waiting and retrying jobs stay as they are', async (t) => {
  const engine = open(t);
  const failure = { code: 'exited', message: 'x', detail: null, stderr_tail: null } as const;
  const retrying = leaveRunning(engine);
  engine.repository.retryLater(retrying, failure, new Date(), () => {});
  engine.enqueue('chore');
  t.same(engine.recover(), []);
  t.same(
    engine.repository.active().map(({ status }) => status),
    ['retrying', 'queued'],
  );
  engine.runner.start();
  for (const number of [1, 2]) t.match(await engine.whenJob(number), { status: 'succeeded' });
});

t.test(
  'a child that outlived its server is killed, and so is a process that only the marker finds',
  async (t) => {
    const engine = open(t);
    const direct = sleep(t);
    const job = leaveRunning(engine, 'chore', direct);
    const marked = sleep(t, { CHL_JOB: `${job.id}.1`, CHL_EXPERIENCE_ROOT: engine.root });
    const ofNoJob = sleep(t, { CHL_JOB: 'forgotten.1', CHL_EXPERIENCE_ROOT: engine.root });
    const identities = [direct, marked, ofNoJob].map(({ pid }) => identify(pid));
    const [recovered] = engine.recover();
    t.same(identities.filter(isAlive), [], 'they are gone when it returns');
    t.same(recovered?.killed.sort(), [direct.pid, marked.pid].sort());
    t.match(engine.auditRows('job:1').at(-1)?.detail, String(direct.pid));
  },
);

t.test('a process of the child’s group is killed with it, although it hides its marker', async (t) => {
  const engine = open(t);
  const child = spawn('sh', ['-c', 'env -i sleep 600 & echo $!; exec sleep 600'], {
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const hidden = identify(Number(line));
  leaveRunning(engine, 'chore', { pid: child.pid as number });
  t.match(engine.recover(), [{ killed: [child.pid] }]);
  await until(() => !isAlive(hidden));
  t.notOk(isAlive(hidden));
});

t.test('a stopped child is killed like any other', async (t) => {
  const engine = open(t);
  const child = sleep(t);
  const job = leaveRunning(engine, 'chore', child);
  child.kill('SIGSTOP');
  const identity = identify(child.pid);
  t.match(engine.recover(), [{ number: job.number, killed: [child.pid] }]);
  t.equal(isAlive(identity), false);
});

t.test('another process lives: the same pid with another start time, data root or boot', async (t) => {
  const engine = open(t);
  const [reused, elsewhere, rebooted] = [
    sleep(t),
    sleep(t, { CHL_JOB: 'x.1', CHL_EXPERIENCE_ROOT: `${engine.root}-other` }),
    sleep(t),
  ];
  const identities = [reused, elsewhere, rebooted].map(({ pid }) => identify(pid));
  const job = leaveRunning(engine, 'chore', { pid: reused.pid, started: '1' });
  t.same(engine.recover(), [{ number: job.number, status: 'failed', killed: [] }]);
  const other = leaveRunning(engine, 'chore');
  setProcess(engine, other, { ...identify(rebooted.pid), bootId: 'of-another-boot' });
  t.same(engine.recover(), [{ number: other.number, status: 'failed', killed: [] }]);
  t.same(identities.map(isAlive), [true, true, true]);
});

t.test('a lost job keeps the size of its log', async (t) => {
  const engine = open(t);
  const job = leaveRunning(engine);
  const log = openJobLog(jobLogFile(engine.root, job.number), 1000, () => new Date());
  log.write('stdout', Buffer.from('half a sent'));
  log.close();
  engine.recover();
  t.equal(engine.jobs.find(job.id).log_bytes, 11);
});

/** A server process that runs a job and is killed as soon as the job's child reports the phase. */
async function killServer(
  t: Test,
  root: string,
  child: string,
  phase: string,
  hidden = 0,
  tracking = 'group',
): Promise<{ id: string; pid: number }> {
  const words = [childFile('runs-a-job-and-serves-on'), root, child, phase, String(hidden)];
  const server = spawn(process.execPath, words, {
    env: { ...process.env, CHL_PROCESS_TRACKING: tracking },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => server.kill('SIGKILL'));
  const [line] = await once(server.stdout, 'data');
  server.kill('SIGKILL');
  await once(server, 'exit');
  return JSON.parse(String(line));
}

t.test(
  'when a server is killed, its child dies, leftover processes are killed, and the job is lost',
  async (t) => {
    const root = makeFolder(t);
    const { id, pid } = await killServer(t, root, 'forks-a-daemon-and-sleeps', 'forked');
    // The system ends it a moment after its parent.
    await until(() => !isLiving(pid));
    const engine = open(t, root);
    const recovered = engine.recover();
    t.match(recovered, [{ status: 'failed', killed: [Number] }]);
    t.notOk(recovered[0]?.killed.includes(pid), 'the direct child was gone already');
    t.same(findMarkedProcesses(root), []);
    t.match(engine.jobs.find(id), { status: 'failed', failure: { code: 'lost' } });
  },
);

t.test('when a server is killed after the work was committed, the job has succeeded', async (t) => {
  const root = makeFolder(t);
  const { id } = await killServer(t, root, 'applies-and-sleeps', 'applied');
  const engine = open(t, root);
  t.match(engine.recover(), [{ status: 'succeeded' }]);
  t.match(engine.jobs.find(id), { result: { added: 3 } });
});

t.test(
  'when a server is killed, a process that left group and environment is found by its record',
  async (t) => {
    const root = makeFolder(t);
    const { id } = await killServer(t, root, 'leaves-without-trace', 'left', 1);
    const engine = open(t, root);
    const [hidden] = engine.repository.processes();
    t.match(hidden, { jobId: id, pid: Number, started: String, bootId: String });
    t.ok(hidden && isAlive(hidden), 'it outlived the server');
    t.match(engine.recover(), [{ status: 'failed', killed: [hidden?.pid] }]);
    t.notOk(hidden && isAlive(hidden));
    t.same(engine.repository.processes(), [], 'the record goes with the attempt');
  },
);

t.test('another process under the pid of a recorded descendant lives', async (t) => {
  const engine = open(t);
  const job = leaveRunning(engine);
  const strangers = [sleep(t), sleep(t)].map(({ pid }) => identify(pid));
  const [reused, rebooted] = strangers as [(typeof strangers)[0], (typeof strangers)[0]];
  engine.repository.addProcess(job, { ...reused, started: '1' });
  engine.repository.addProcess(job, { ...rebooted, bootId: 'of-another-boot' });
  t.match(engine.recover(), [{ killed: [] }]);
  t.same(strangers.map(isAlive), [true, true]);
});
