// What becomes of what a worker has in hand, however it ends, and whatever its embedder does.
import '../support/plain-children.ts';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { auditOf, finishes, startRig, untilWorking, type WorkerRig } from '../support/rig.ts';

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
  t.match(rig.repository.find('embed-1'), { lost_reason: 'It sends no heartbeats any more.', pid });
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
