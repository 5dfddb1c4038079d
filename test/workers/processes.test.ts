// Workers as processes: what becomes of what they had in hand, however they end.
import '../support/plain-children.ts';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import { openRig, rigOperator, type WorkerRig } from '../../scripts/chaos/worker-rig.ts';
import { packageRoot } from '../../src/config.ts';

type RigOptions = Partial<Parameters<typeof openRig>[0]>;

async function startRig(t: Test, options: RigOptions = {}): Promise<WorkerRig> {
  const root = options.root ?? fs.realpathSync(t.testdir());
  const rig = await openRig({ workers: 1, ...options, root });
  t.teardown(rig.close);
  return rig;
}

const working = (rig: WorkerRig, name: string) => {
  const { pid, state } = rig.repository.find(name) ?? {};
  return pid && state === 'working' ? pid : null;
};

/** The process of the worker, as soon as it has entries in hand. */
async function untilWorking(rig: WorkerRig, name: string): Promise<number> {
  await rig.until(`${name} works`, () => working(rig, name) !== null);
  return working(rig, name) as number;
}

const auditOf = (rig: WorkerRig, event: string) =>
  rig.ops.prepare('SELECT target, outcome, detail FROM audit WHERE event = ?').all(event) as {
    target: string;
    outcome: string;
    detail: string;
  }[];

async function finishes(t: Test, rig: WorkerRig) {
  await rig.until('empty', async () => (await rig.pending()) === 0);
  t.same(rig.entries.unfinished(), [], 'every entry has its one embedding');
  t.same(rig.entries.twice(), [], 'no text was embedded twice');
}

t.test('what a killed worker had in hand is embedded by another, and it is started again', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 100 } });
  rig.entries.add(12);
  const pid = await untilWorking(rig, 'embed-1');
  process.kill(pid, 'SIGKILL');
  await rig.until('back', () => ![pid, null, undefined].includes(rig.repository.find('embed-1')?.pid));
  rig.tell({ msPerEntry: 0 });
  await finishes(t, rig);
  const [lost] = auditOf(rig, 'worker.lost');
  t.match(lost, { target: 'worker:embed-1', outcome: 'failed', detail: /ended by SIGKILL.*"returned":\d/ });
});

t.test('a stopped worker is lost; when it goes on, its late write changes nothing', async (t) => {
  const rig = await startRig(t, { workers: 2, told: { msPerEntry: 300 } });
  rig.entries.add(2);
  const pid = await untilWorking(rig, 'embed-1');
  process.kill(pid, 'SIGSTOP');
  t.teardown(() => process.kill(pid, 'SIGCONT'));
  await rig.until('lost', () => rig.repository.find('embed-1')?.lost_at != null);
  t.match(rig.repository.find('embed-1'), { lost_reason: 'It has stopped to send heartbeats.', pid });
  rig.tell({ msPerEntry: 0 });
  await finishes(t, rig);
  const written = rig.entries.written();
  process.kill(pid, 'SIGCONT');
  await rig.until('well again', () => rig.repository.find('embed-1')?.lost_at === null);
  await rig.until('idle', () => rig.repository.find('embed-1')?.state === 'idle');
  t.equal(rig.entries.written(), written);
  rig.entries.add(4);
  await finishes(t, rig);
});

t.test('a text that cannot be embedded stops no other, and keeps its error', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 0, refuses: 'poison' } });
  rig.entries.add(8);
  rig.entries.add(1, 'poison');
  rig.entries.add(8);
  await rig.until('all but one', async () => (await rig.pending()) === 1);
  await rig.until('counted', () => rig.repository.find('embed-1')?.failed === 1);
  const task = rig.library.prepare('SELECT attempts, error FROM ops_embedding_task').get();
  t.match(task, { attempts: 1, error: /poison 9.*cannot be embedded/ });
});

t.test(
  'while the service does not answer, entries wait and none fails; then they are embedded',
  async (t) => {
    const rig = await startRig(t, { told: { msPerEntry: 0, isDown: true } });
    rig.entries.add(6);
    await rig.until('silent', () => rig.repository.find('embed-1')?.outage_since != null);
    t.match(rig.repository.find('embed-1'), { outage_error: /ECONNREFUSED/, failed: 0 });
    rig.tell({ msPerEntry: 0 });
    await finishes(t, rig);
    await rig.until('answered', () => rig.repository.find('embed-1')?.outage_since === null);
  },
);

t.test('workers of two servers share one library without meeting', async (t) => {
  const root = fs.realpathSync(t.testdir());
  const databasePath = path.join(root, 'shared.db');
  const rig = await startRig(t, { root: path.join(root, 'one'), workers: 2, databasePath });
  const other = await startRig(t, { root: path.join(root, 'other'), workers: 2, databasePath });
  rig.entries.add(300);
  await finishes(t, rig);
  const processedBy = (one: WorkerRig) =>
    one.repository.living().reduce((sum, { processed }) => sum + processed, 0);
  await rig.until('told', () => processedBy(rig) + processedBy(other) === 300);
  t.ok(processedBy(rig) > 0 && processedBy(other) > 0, 'both had their share');
});

t.test('a worker that cannot stay is given up loudly, and can be started again', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 0, crashes: true }, quickMs: 10_000 });
  await rig.until('given up', () => rig.pool.hasGivenUp());
  t.match(rig.pool.problems(), [{ name: 'embed-1', message: /ended 5 times.*code 1.*told to crash/s }]);
  await rig.until('recorded', () => auditOf(rig, 'worker.gave_up').length === 1);
  await rig.until('lost', () => rig.repository.find('embed-1')?.lost_at != null);
  rig.tell({ msPerEntry: 0 });
  await rig.workers.resume(undefined, rigOperator);
  rig.entries.add(4);
  await finishes(t, rig);
  t.same(rig.pool.problems(), []);
});

t.test('a worker by hand takes the next name, gives back what it has, and ends with 0', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 2000 } });
  const child = spawn(process.execPath, [path.join(packageRoot, 'dist/scripts/chaos/embeds-as-told.js')], {
    env: { PATH: process.env.PATH ?? '', CHL_EXPERIENCE_ROOT: rig.config.root },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const said = text(child.stderr);
  await rig.until('registered', () => rig.repository.find('embed-2')?.pid === child.pid);
  t.match(rig.repository.find('embed-2'), { owner: 'hand', lost_at: null });
  rig.entries.add(4);
  await untilWorking(rig, 'embed-2');
  const claimant = rig.repository.find('embed-2')?.claimant ?? '';
  child.kill('SIGTERM');
  t.equal(await ended, 0);
  t.match(await said, /embed-2 embeds with chaos\/told-8\. Ctrl\+C ends it\.\nembed-2 ended: \d+ entr/);
  t.equal(rig.entries.claimedBy(claimant), 0);
  t.equal(rig.repository.find('embed-2'), null, 'it said goodbye');
});

t.test('workers end with their server, and give back what they had', async (t) => {
  const rig = await openRig({ root: fs.realpathSync(t.testdir()), workers: 2, told: { msPerEntry: 50 } });
  rig.entries.add(40);
  const pid = await untilWorking(rig, 'embed-1');
  await untilWorking(rig, 'embed-2');
  const claimants = rig.repository.living().map(({ claimant }) => claimant);
  await rig.pool.stop();
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  t.same(claimants.map(rig.entries.claimedBy), [0, 0]);
  t.same(rig.repository.living(), []);
  await rig.close();
});
