// The claimed entries of a worker, however it ends and whatever its embedder does.
import '../support/plain-children.ts';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { identify, isStopped } from '../../src/runner/processes.ts';
import { auditOf, finishes, startRig, untilWorking, type WorkerRig } from '../support/rig.ts';
import { makeFolder } from '../support/folder.ts';

t.test('the entries of a killed worker are embedded by another, and it is restarted', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 100 } });
  rig.entries.add(12);
  const pid = await untilWorking(rig, 'embed-1');
  process.kill(pid, 'SIGKILL');
  await rig.until('back', () => ![pid, null, undefined].includes(rig.repository.find('embed-1')?.pid));
  rig.tell({ msPerEntry: 0 });
  await finishes(t, rig);
  const [lost] = auditOf(rig, 'worker.lost');
  t.match(lost, { target: 'worker:embed-1', outcome: 'failed', detail: /killed by SIGKILL.*"returned":\d/ });
});

/** Suspends a worker while it writes neither database: one that is stopped mid-transaction blocks all writers. */
function suspend({ ops, library, untilFree }: WorkerRig, pid: number): Promise<void> {
  const stop = () => {
    process.kill(pid, 'SIGSTOP');
    while (!isStopped(identify(pid)));
  };
  const withBoth = ops.transaction(() => library.transaction(stop).immediate());
  return untilFree(() => withBoth.immediate());
}

t.test(
  'a suspended worker that was started by hand can resume, and its late write changes nothing',
  async (t) => {
    const rig = await startRig(t, { workers: 0, told: { msPerEntry: 0, isHeld: true } });
    const { pid = 0 } = rig.startByHand();
    rig.entries.add(2);
    await untilWorking(rig, 'embed-1');
    await suspend(rig, pid);
    await rig.until('lost', () => rig.repository.find('embed-1')?.lost_at != null);
    const stopped = `It was suspended (SIGSTOP). Process ${pid} still exists: kill it or resume it.`;
    t.match(rig.repository.find('embed-1'), { lost_reason: stopped, pid });
    rig.tell({ msPerEntry: 0 });
    rig.startByHand();
    await finishes(t, rig);
    const written = rig.entries.written();
    process.kill(pid, 'SIGCONT');
    await rig.until('well again', () => rig.repository.find('embed-1')?.lost_at === null);
    await rig.until('idle', () => rig.repository.find('embed-1')?.state === 'idle');
    t.equal(rig.entries.written(), written);
    rig.entries.add(4);
    await finishes(t, rig);
  },
);

t.test('a suspended worker of the pool is killed and replaced, and no entry is blamed', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 0, isHeld: true } });
  rig.entries.add(2);
  const pid = await untilWorking(rig, 'embed-1');
  await suspend(rig, pid);
  await rig.until('replaced', () => ![pid, null].includes(rig.repository.find('embed-1')?.pid ?? null));
  t.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
  t.equal(rig.library.prepare('SELECT coalesce(sum(deaths), 0) FROM ops_embedding_task').pluck().get(), 0);
  t.match(auditOf(rig, 'worker.lost'), [
    { detail: /suspended \(SIGSTOP\), so its process is killed\..*"returned":[12]/ },
  ]);
  rig.tell({ msPerEntry: 0 });
  await finishes(t, rig);
});

for (const [how, told, error] of [
  ['never answers', { hangs: 'poison' }, /The embedder gave no result for this entry within 0\.4 s\./],
  [
    'keeps the processor for ever',
    { spins: 'poison' },
    /hung while it embedded this entry: it stopped sending heartbeats/,
  ],
] as const) {
  t.test(`a text with which the embedder ${how} fails at the third time, and stops no other`, async (t) => {
    const rig = await startRig(t, { workers: 2, told: { msPerEntry: 0, pace: { stallMs: 200 }, ...told } });
    rig.entries.add(3);
    rig.entries.add(1, 'poison');
    rig.entries.add(8);
    await rig.until('all tried', async () => (await rig.pending()) === 0);
    t.match(await rig.queue.failed(5), [{ title: 'poison 4', attempts: 3, error }]);
    t.equal(rig.entries.written(), 11);
    await rig.until('told', () => auditOf(rig, 'worker.lost').length === 3);
  });
}

t.test('a text that cannot be embedded blocks no other and keeps its error', async (t) => {
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

t.test('a worker that ends while ops.db is busy tells what it could not count', async (t) => {
  const rig = await startRig(t, { workers: 0, told: { msPerEntry: 0 } });
  const worker = rig.startByHand();
  const said = text(worker.stderr as NonNullable<typeof worker.stderr>);
  await rig.until('there', () => rig.repository.find('embed-1') !== null);
  await rig.untilFree(() => rig.ops.exec('BEGIN IMMEDIATE'));
  rig.entries.add(5);
  await rig.until('embedded', async () => (await rig.pending()) === 0);
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  rig.ops.exec('COMMIT');
  const lost = await said;
  t.match(lost, /could not be written; not counted: .*Experiences embedded \(4 entries\)/);
  t.match(lost, /not counted: .*Manuals embedded \(1 entry\)/);
});

t.test('workers of two servers share one library without conflict', async (t) => {
  const root = makeFolder(t);
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
