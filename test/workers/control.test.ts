// Pause, resume and drain with real workers.
import '../support/plain-children.ts';
import t, { type Test } from 'tap';
import { systemRequester } from '../../src/core/audit.ts';
import { openRig, rigOperator, startRig, type WorkerRig } from '../support/rig.ts';
import { makeFolder } from '../support/folder.ts';

async function startWorkers(t: Test, options: Parameters<typeof startRig>[1] = {}): Promise<WorkerRig> {
  const rig = await startRig(t, { workers: 2, ...options });
  await rig.until('started', () => rig.repository.living().every(({ pid }) => pid !== null));
  return rig;
}

const states = (rig: WorkerRig) => rig.workers.view().workers.map(({ view }) => view);
const quiet = (rig: WorkerRig) =>
  rig.until('quiet', () => rig.repository.living().every(({ state }) => state === 'paused'));
const events = (rig: WorkerRig) =>
  rig.ops.prepare('SELECT event, outcome, actor FROM audit ORDER BY id').all() as Record<string, string>[];

t.test('all workers are paused at once, and one is resumed alone', async (t) => {
  const rig = await startWorkers(t);
  let told = 0;
  rig.bus.on('workers', () => {
    told += 1;
  });
  await rig.workers.pause(undefined, rigOperator);
  t.ok(told > 0, 'the bus knows');
  t.same(states(rig), ['paused', 'paused']);
  await quiet(rig);
  rig.entries.add(5);
  await rig.workers.resume('embed-2', rigOperator);
  await rig.until('empty', async () => (await rig.pending()) === 0);
  t.same(states(rig)[0], 'paused');
  await rig.until('told', () => rig.repository.find('embed-2')?.processed === 5);
  t.equal(rig.repository.find('embed-1')?.processed, 0);
  await rig.workers.resume(undefined, rigOperator);
  t.notOk(states(rig).includes('paused'));
  await t.rejects(rig.workers.pause('embed-9', rigOperator), {
    code: 'not_found',
    message: /embed-1, embed-2/,
  });
  t.match(events(rig), [
    { event: 'workers.pause', outcome: 'ok', actor: 'dana' },
    { event: 'workers.resume', outcome: 'ok' },
    { event: 'workers.resume', outcome: 'ok' },
    { event: 'workers.pause', outcome: 'refused' },
  ]);
});

t.test('a pause and what is remembered of it are stored together, or not at all', async (t) => {
  const rig = await startRig(t, { workers: 0 });
  const fails = () => {
    throw new Error('it was killed');
  };
  await t.rejects(rig.workers.pause(undefined, systemRequester, 'Used up.', fails), /killed/);
  t.equal(rig.workers.view().control.paused_at, null);
  t.same(events(rig), []);
  let remembered = 0;
  const remember = () => {
    remembered += 1;
  };
  await rig.workers.pause(undefined, systemRequester, 'Used up.', remember);
  await rig.workers.pause(undefined, systemRequester, 'Used up.', remember);
  t.equal(remembered, 1, 'the second has paused nothing');
});

t.test('a worker that rests has the rate 0, whatever it embedded within the last minute', async (t) => {
  const rig = await startWorkers(t, { workers: 1 });
  rig.entries.add(5);
  const rests = () => rig.repository.living().every((one) => one.state === 'idle' && one.processed === 5);
  await rig.until('idle again', rests);
  t.equal(rig.repository.find('embed-1')?.rate_per_min, 0);
});

t.test('a pause outlives the process that was paused', async (t) => {
  const rig = await startWorkers(t, { workers: 1 });
  await rig.workers.pause('embed-1', rigOperator);
  const pid = rig.repository.find('embed-1')?.pid as number;
  process.kill(pid, 'SIGKILL');
  await rig.until('back', () => ![pid, null, undefined].includes(rig.repository.find('embed-1')?.pid));
  await quiet(rig);
  t.equal(states(rig)[0], 'paused');
});

t.test('workers pause while a job holds the library exclusively, and resume after it', async (t) => {
  const rig = await startWorkers(t);
  // The workers write this file, too, and a commit on a busy disk takes longer than the server waits.
  rig.ops.pragma('busy_timeout = 5000');
  rig.ops.exec(`
    INSERT INTO job (number, id, operation, status, mode, requested_by, args, created_at)
      VALUES (412, 'j', 'import', 'running', 'scripts', 'dana', '{}', '2026-01-01T00:00:00.000Z');
    INSERT INTO job_claim (job_id, name, mode, place, held_at) VALUES ('j', 'library', 'exclusive', 1, '2026');
  `);
  await quiet(rig);
  t.match(rig.workers.view(), { lock: { number: 412, operation: 'import' }, control: { paused_at: null } });
  t.same(states(rig), ['paused', 'paused']);
  rig.entries.add(5);
  rig.ops.exec(`DELETE FROM job_claim`);
  await rig.until('empty', async () => (await rig.pending()) === 0);
});

t.test('a drain resumes paused workers, and pauses all when the queue is empty', async (t) => {
  const rig = await startWorkers(t);
  await rig.workers.pause(undefined, rigOperator);
  rig.entries.add(30);
  const { deadline_at, started_at, pending_before } = await rig.workers.drain(60, rigOperator);
  t.equal(Date.parse(deadline_at) - Date.parse(started_at), 60_000);
  t.equal(pending_before, 30);
  t.same(states(rig), ['draining', 'draining']);
  await t.rejects(rig.workers.drain(60, rigOperator), { code: 'drain_running' });
  await rig.until('ended', () => rig.repository.activeDrain() === null);
  t.match(rig.workers.view(), {
    drain: { outcome: 'drained', left_over: 0 },
    control: { paused_by: 'dana' },
  });
  t.same(states(rig), ['paused', 'paused']);
  t.match(events(rig).at(-1), { event: 'workers.drain_ended', actor: 'system' });
});

t.test('a timed-out drain records the exact number, also after a restart of the server', async (t) => {
  const root = makeFolder(t);
  const before = await openRig({ root, workers: 1, told: { msPerEntry: 20 } });
  before.entries.add(400);
  await before.until('measured', () => before.repository.find('embed-1')?.speed_per_min != null);
  const drain = await before.workers.drain(10, rigOperator);
  t.ok((drain.forecast_left ?? 400) < drain.pending_before, 'forecast from the measured speed');
  await before.close();

  const rig = await openRig({ root, workers: 1, told: { msPerEntry: 20 } });
  t.teardown(rig.close);
  t.equal(rig.repository.activeDrain()?.id, drain.id, 'it continues');
  await rig.until(
    'working',
    () => states(rig)[0] === 'draining' && rig.repository.living()[0]?.state === 'working',
  );
  rig.ops.prepare('UPDATE drain SET deadline_at = started_at').run();
  await rig.until('ended', () => rig.repository.activeDrain() === null);
  const left = await rig.pending();
  t.ok(left > 0);
  t.match(rig.workers.view().drain, { outcome: 'timed_out', left_over: left });
  t.equal(states(rig)[0], 'paused');
});

t.test('after a cancelled drain the workers continue; a second cancel is refused', async (t) => {
  const rig = await startWorkers(t, { told: { msPerEntry: 10 } });
  rig.entries.add(60);
  await rig.workers.drain(60, rigOperator);
  t.match(await rig.workers.cancelDrain(rigOperator), { outcome: 'cancelled' });
  t.equal(rig.workers.view().drain, null);
  await rig.until('empty', async () => (await rig.pending()) === 0);
  t.notOk(states(rig).includes('paused'));
  await t.rejects(rig.workers.cancelDrain(rigOperator), { code: 'no_drain' });
});

t.test('a time limit out of range, and verbs without workers, are refused and recorded', async (t) => {
  const rig = await startWorkers(t, { workers: 0 });
  for (const seconds of [9, 3601, 10.5, Number.NaN]) {
    await t.rejects(rig.workers.drain(seconds, rigOperator), {
      code: 'invalid_arguments',
      message: /10 to 3600/,
    });
  }
  await t.rejects(rig.workers.drain(10, rigOperator), { code: 'no_workers', message: /npm run worker/ });
  await t.rejects(rig.workers.pause(undefined, rigOperator), { code: 'no_workers' });
  await t.rejects(rig.workers.resume('embed-1', rigOperator), { code: 'no_workers' });
  t.equal(events(rig).filter(({ outcome }) => outcome === 'refused').length, 7);
});

t.test(
  'a pause with a reason needs no worker, outlasts a restart and a drain, and ends with a resume',
  async (t) => {
    const root = makeFolder(t);
    const reason = 'The budget of November is used up.';
    const before = await openRig({ root, workers: 0 });
    await before.workers.pause(undefined, systemRequester, reason);
    await before.workers.pause(undefined, systemRequester, 'Another one.');
    const { control } = before.workers.view();
    t.match(control, { paused_at: String, paused_by: 'system', pause_reason: reason }, 'the first stays');
    await before.close();

    const rig = await openRig({ root, workers: 1 });
    t.teardown(rig.close);
    await rig.until('started', () => rig.repository.living().every(({ pid }) => pid !== null));
    await quiet(rig);
    await rig.workers.pause(undefined, rigOperator);
    t.same(rig.workers.view().control, control, 'a person pauses over it');
    await t.rejects(rig.workers.drain(60, rigOperator), {
      code: 'wrong_state',
      message:
        'The workers are paused by system: The budget of November is used up. Resume them first, then drain.',
    });
    t.match(rig.workers.view(), { control, drain: null });
    rig.entries.add(3);
    await rig.workers.resume(undefined, rigOperator);
    t.match(rig.workers.view().control, { paused_at: null, pause_reason: null });
    await rig.until('empty', async () => (await rig.pending()) === 0);
  },
);

t.test('a pause with a reason takes the place of the pause after a drain', async (t) => {
  const rig = await startRig(t, { workers: 0 });
  rig.repository.setControl({ paused_at: '2026-01-01', paused_by: 'dana', pause_reason: null, drain_id: 7 });
  await rig.workers.pause(undefined, systemRequester, 'The budget is used up.');
  t.match(rig.workers.view(), { control: { paused_by: 'system', drain_id: null }, drain: null });
  await rig.workers.resume(undefined, rigOperator);
  t.equal(rig.workers.view().control.paused_at, null, 'no worker is needed');
  t.match(
    rig.ops.prepare(`SELECT reason, json_extract(detail, '$.after.all.reason') AS after FROM audit`).all(),
    [
      { reason: 'The budget is used up.', after: 'The budget is used up.' },
      { reason: null, after: null },
    ],
  );
});
