import t, { type Test } from 'tap';
import { createLoop } from '../../src/core/loop.ts';

const never = 1_000_000;
const failOf = (t: Test) => (error: unknown) => void t.fail(String(error));

t.test('a loop runs at its start and at every interval until it is stopped', async (t) => {
  let runs = 0;
  const seen = new Promise<void>((resolve) => {
    const loop = createLoop({
      everyMs: () => (runs < 2 ? 1 : never),
      runOnce() {
        runs += 1;
        if (runs === 3) void loop.stop().then(resolve);
      },
      onError: failOf(t),
    });
    void loop.start();
    t.equal(runs, 1, 'the first run begins at once');
    void loop.start();
    t.equal(runs, 1, 'a second start changes nothing');
  });
  await seen;
  t.equal(runs, 3);
});

t.test('runs never overlap: concurrent calls share the run in progress', async (t) => {
  let runs = 0;
  let finish = (_: number) => {};
  const run = () =>
    new Promise<number>((resolve) => {
      runs += 1;
      finish = resolve;
    });
  const loop = createLoop({ everyMs: never, runOnce: run, onError: failOf(t) });
  void loop.start();
  const both = Promise.all([loop.runOnce(), loop.runOnce()]);
  finish(7);
  t.same(await both, [7, 7]);
  t.equal(runs, 1);
  await loop.stop();
});

t.test('stop waits for the run in progress, and is idempotent', async (t) => {
  let finish = () => {};
  let isOver = false;
  const run = async () => {
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
    isOver = true;
  };
  const loop = createLoop({ everyMs: never, runOnce: run, onError: failOf(t) });
  void loop.start();
  const stopped = loop.stop();
  finish();
  await stopped;
  t.ok(isOver);
  await loop.stop();
});

t.test('an error of the loop is reported once per run; that of runOnce goes to its caller', async (t) => {
  const errors: unknown[] = [];
  const fail = () => {
    throw new Error('no');
  };
  const loop = createLoop({ everyMs: never, runOnce: fail, onError: (error) => errors.push(error) });
  await loop.start();
  await Promise.all([loop.runNow(), loop.runNow()]);
  t.match(errors, [{ message: 'no' }, { message: 'no' }]);
  await t.rejects(loop.runOnce(), { message: 'no' });
  t.equal(errors.length, 2);
  await loop.stop();
});

t.test('a woken loop runs once more after the run in progress, and sleeps anew', async (t) => {
  const finished: (() => void)[] = [];
  const everyMs = () => never;
  const run = () => new Promise<void>((resolve) => finished.push(resolve));
  const loop = createLoop({ everyMs, runOnce: run, onError: failOf(t) });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  loop.wake();
  t.equal(finished.length, 0, 'a loop that has not started is not woken');
  void loop.start();
  loop.wake();
  loop.wake();
  await settle();
  t.equal(finished.length, 1, 'the run in progress goes on alone');
  finished[0]?.();
  await settle();
  t.equal(finished.length, 2, 'both calls share the next run');
  finished[1]?.();
  await settle();
  loop.wake();
  const stopped = loop.stop();
  await stopped;
  await settle();
  t.equal(finished.length, 2, 'a loop that is being stopped is not started again');
});
