import t from 'tap';
import { firstBeat } from '../../src/workers/repository.ts';
import {
  type Control,
  forecastLeft,
  isQuiet,
  isStalled,
  speedOf,
  stateOf,
  viewOf,
  type WorkerRow,
} from '../../src/workers/state.ts';

const at = '2026-11-22T14:00:00.000Z';
const later = (seconds: number) => new Date(Date.parse(at) + seconds * 1000);
const running: Control = { paused_at: null, paused_by: null, pause_reason: null, drain_id: null };
const paused: Control = { paused_at: at, paused_by: 'dana', pause_reason: null, drain_id: null };
const lock = { window: null, ends_at: null, number: 412, operation: 'import' } as const;

function worker(told: Partial<WorkerRow> = {}): WorkerRow {
  return {
    name: 'embed-1',
    claimant: 'embed-1/a',
    owner: 'server',
    host: 'box',
    pid: 4711,
    pid_started: '1',
    boot_id: 'b',
    ...firstBeat,
    started_at: at,
    heartbeat_at: at,
    paused_at: null,
    paused_by: null,
    lost_at: null,
    lost_reason: null,
    stalled_at: null,
    ended_at: null,
    ...told,
  };
}

t.test('a worker shows its worst state', async (t) => {
  const calm = { control: running, pausedKinds: {}, lock: null, isDraining: false };
  t.equal(stateOf(worker(), calm), 'idle');
  t.equal(stateOf(worker({ state: 'working' }), calm), 'working');
  t.equal(stateOf(worker({ state: 'working' }), { ...calm, isDraining: true }), 'draining');
  t.equal(stateOf(worker(), { ...calm, isDraining: true }), 'draining');
  t.equal(stateOf(worker({ paused_at: at }), calm), 'paused');
  t.equal(stateOf(worker(), { ...calm, control: paused }), 'paused');
  t.equal(stateOf(worker(), { ...calm, lock }), 'paused', 'a job has the library for itself');
  const pause = { at, by: 'dana', reason: null };
  t.equal(stateOf(worker(), { ...calm, pausedKinds: { manual: pause } }), 'idle', 'the other kind is open');
  t.equal(stateOf(worker(), { ...calm, pausedKinds: { manual: pause, experience: pause } }), 'paused');
  t.equal(
    stateOf(worker({ state: 'working' }), { ...calm, control: paused }),
    'working',
    'it finishes first',
  );
  t.equal(stateOf(worker({ stalled_at: at, state: 'working' }), calm), 'stalled');
  t.equal(stateOf(worker({ lost_at: at, stalled_at: at, paused_at: at }), calm), 'lost');
});

t.test('a paused or lost worker has the rate 0, whatever it embedded within the last minute', async (t) => {
  const calm = { control: running, pausedKinds: {}, lock: null, isDraining: false };
  const was = { rate_per_min: 300 };
  t.match(viewOf(worker({ ...was, state: 'working' }), calm), { view: 'working', rate_per_min: 300 });
  t.match(viewOf(worker(was), calm), { view: 'idle', rate_per_min: 300 });
  t.match(viewOf(worker({ ...was, paused_at: at }), calm), { view: 'paused', rate_per_min: 0 });
  t.match(viewOf(worker({ ...was, lost_at: at }), calm), { view: 'lost', rate_per_min: 0 });
});

t.test('a worker without a result for two minutes, or five times the usual time, is stalled', async (t) => {
  const busy = worker({ state: 'working', current_since: at });
  t.notOk(isStalled(busy, later(119)));
  t.ok(isStalled(busy, later(121)));
  const slow = { ...busy, p95_ms: 60_000 };
  t.notOk(isStalled(slow, later(299)));
  t.ok(isStalled(slow, later(301)));
  t.notOk(isStalled(worker({ current_since: at }), later(1000)), 'an idle worker cannot stall');
});

t.test('a worker is quiet only after a heartbeat that follows the pause', async (t) => {
  const after = { heartbeat_at: later(1).toISOString() };
  t.notOk(isQuiet(worker({ state: 'paused' }), paused), 'a heartbeat before the pause does not count');
  t.ok(isQuiet(worker({ state: 'paused', ...after }), paused));
  t.notOk(isQuiet(worker({ state: 'working', ...after }), paused));
  t.ok(isQuiet(worker({ state: 'working', lost_at: at }), paused), 'its claims are taken back');
  t.ok(isQuiet(worker({ pid: null }), paused), 'it has not begun');
});

t.test('a drain is forecast from the speed of all workers that answer', async (t) => {
  const speed = speedOf([
    worker({ speed_per_min: 40 }),
    worker({ speed_per_min: 20 }),
    worker({ speed_per_min: 1000, lost_at: at }),
    worker(),
  ]);
  t.equal(speed, 60);
  t.equal(forecastLeft(60, speed, 20), 40, '60 entries, one a second, 20 s');
  t.equal(forecastLeft(60, speed, 300), 0);
  t.equal(forecastLeft(60, speedOf([worker()]), 20), null, 'nothing was measured');
  t.equal(forecastLeft(0, null, 20), 0);
});
