// Workers as processes of a server, and by hand: how they start and end.
import '../support/plain-children.ts';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { auditOf, finishes, openRig, rigOperator, startRig, untilWorking } from '../support/rig.ts';
import { makeFolder } from '../support/folder.ts';

t.test('a worker that keeps exiting is given up with an error, and can be started again', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 0, crashes: true }, failedStartMs: 10_000 });
  await rig.until('given up', () => rig.pool.hasGivenUp());
  t.match(rig.pool.problems(), [
    { name: 'embed-1', message: /exited early 5 times.*told to crash.*exit code 1/s },
  ]);
  await rig.until('recorded', () => auditOf(rig, 'worker.gave_up').length === 1);
  await rig.until('lost', () => rig.repository.find('embed-1')?.lost_at != null);
  rig.tell({ msPerEntry: 0 });
  await rig.workers.resume(undefined, rigOperator);
  rig.entries.add(4);
  await finishes(t, rig);
  t.same(rig.pool.problems(), []);
});

t.test('a worker that hangs before it has registered is ended and replaced', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 1, isMute: true }, registerMaxMs: 3000 });
  await rig.until('ended', () => rig.repository.find('embed-1')?.lost_at != null);
  t.match(rig.repository.find('embed-1')?.lost_reason, /did not start within 3.0 s.*restarts/);
  rig.tell({ msPerEntry: 0 });
  rig.entries.add(4);
  await finishes(t, rig);
});

t.test('a worker started by hand takes the next name, releases its claims, and exits with 0', async (t) => {
  const rig = await startRig(t, { told: { msPerEntry: 2000 } });
  const child = rig.startByHand();
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
  const said = text(child.stderr as Readable);
  await rig.until('registered', () => rig.repository.find('embed-2')?.pid === child.pid);
  t.match(rig.repository.find('embed-2'), { owner: 'hand', lost_at: null });
  rig.entries.add(4);
  await untilWorking(rig, 'embed-2');
  const claimant = rig.repository.find('embed-2')?.claimant ?? '';
  child.kill('SIGTERM');
  t.equal(await ended, 0);
  t.match(await said, /embed-2 embeds with chaos\/told-8\. Ctrl\+C stops it\.\nembed-2 ended: \d+ entr/);
  t.equal(rig.entries.claimedBy(claimant), 0);
  t.equal(rig.repository.find('embed-2'), null, 'it has unregistered');
});

t.test('workers end with their server and release their claims', async (t) => {
  const rig = await openRig({ root: makeFolder(t), workers: 2, told: { msPerEntry: 50 } });
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
