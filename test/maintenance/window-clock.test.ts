// The clock of the windows: one timer to the next change, which a jump of the clock does not deceive.
import { mock } from 'node:test';
import pino from 'pino';
import t, { type Test } from 'tap';
import { createBus } from '../../src/core/bus.ts';
import { createWindowClock } from '../../src/maintenance/window-clock.ts';
import type { Window } from '../../src/window-store/window.ts';

const start = '2026-11-29T10:00:00.000Z';
const secondsAfter = (seconds: number) => new Date(Date.parse(start) + seconds * 1000).toISOString();

type Times = { starts_at: string; ends_at: string; begun_at: string | null };

/** A clock whose timers and whose time of day the test moves. `looks`: the seconds after the start at which it has looked. */
function startClock(t: Test) {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.teardown(() => mock.timers.reset());
  const bus = createBus();
  const open: Times[] = [];
  const looks: number[] = [];
  let reads = 0;
  let seconds = 0;
  const clock = createWindowClock({
    bus,
    log: pino({ level: 'silent' }),
    now: () => new Date(Date.parse(start) + seconds * 1000),
    untilFree: async (work) => work(),
    windows: {
      open() {
        reads += 1;
        return open as Window[];
      },
    },
    windowClaims: { keepUp: () => void looks.push(Math.floor(seconds)) },
    look() {},
  });
  t.teardown(clock.stop);
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  return {
    clock,
    bus,
    looks,
    reads: () => reads,
    set(windows: Times[]) {
      open.splice(0, open.length, ...windows);
      bus.emit('maintenance');
      return settle();
    },
    /** The machine is on for so long; its clock may have been set meanwhile. */
    async pass(forSeconds: number, set = 0) {
      seconds += set;
      for (let left = forSeconds; left > 0; left -= 1) {
        seconds += 1;
        mock.timers.tick(1000);
        await settle();
      }
    },
    settle,
  };
}

t.test('it looks at each change of a window, and else seldom', async (t) => {
  const { clock, looks, reads, pass, set, settle } = startClock(t);
  await clock.start();
  await pass(60);
  t.ok(looks.length <= 8, `${looks.length} looks in a minute without a window`);
  t.ok(reads() <= 8, `${reads()} reads`);

  await set([{ starts_at: secondsAfter(64), ends_at: secondsAfter(90), begun_at: null }]);
  looks.length = 0;
  await pass(5);
  t.same(looks, [65], 'within a second after its start');
  await set([{ starts_at: secondsAfter(64), ends_at: secondsAfter(68), begun_at: secondsAfter(65) }]);
  looks.length = 0;
  await pass(4);
  t.same(looks, [69], 'and after its end');
  await clock.stop();
  looks.length = 0;
  await set([]);
  await pass(30);
  await settle();
  t.same(looks, [], 'a stopped clock is not woken');
});

t.test('a clock that is set, and a machine that slept, are noticed within ten seconds', async (t) => {
  const { clock, looks, pass, set } = startClock(t);
  await clock.start();
  await set([{ starts_at: start, ends_at: secondsAfter(3600), begun_at: start }]);
  for (const jump of [3600, -7200]) {
    looks.length = 0;
    await pass(11, jump);
    t.ok(looks.length > 0, `${jump} s`);
  }
});

t.test('the banner of a planned window comes a day before it', async (t) => {
  const { clock, looks, pass, set } = startClock(t);
  await clock.start();
  await set([{ starts_at: secondsAfter(24 * 3600 + 5), ends_at: secondsAfter(25 * 3600), begun_at: null }]);
  looks.length = 0;
  await pass(6);
  t.same(looks, [6]);
});
