import t from 'tap';
import type { Log } from '../../src/core/log.ts';
import { createCatchUp } from '../../src/runner/catch-up.ts';
import { startEngine } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';

const job = { id: 'a', number: 1, operation: 'chore' };

t.test('a job ends only when every reader shows what it has changed', async (t) => {
  let isShown = () => {};
  const shown = new Promise<void>((resolve) => {
    isShown = resolve;
  });
  const asked = new Promise<void>((resolve) => {
    const engine = startEngine(t, {
      operations: [defineOperation()],
      catchUp() {
        resolve();
        return shown;
      },
    });
    engine.enqueue('chore');
    t.context.engine = engine;
  });
  await asked;
  const { engine } = t.context;
  t.equal(engine.repository.find('1')?.status, 'running');
  isShown();
  t.equal((await engine.whenJob(1)).status, 'succeeded');
});

t.test('a reader that fails or hangs is logged, and neither the job nor another reader waits', async (t) => {
  const lines: string[] = [];
  const asked: number[] = [];
  const log = { warn: ({ err }: { err: Error }) => lines.push(err.message) } as unknown as Log;
  const run = (...readers: (() => Promise<void>)[]) =>
    createCatchUp({ catchUps: () => [...readers, async ({ number }) => void asked.push(number)], log }, 10);
  await run(() => Promise.reject(new Error('no index')))({ ...job, number: 1 });
  await run(() => new Promise(() => {}))({ ...job, number: 2 });
  await run(async () => {})({ ...job, number: 3 });
  t.same(lines, ['no index', 'not done after 0.01 s']);
  t.same(asked, [1, 2, 3]);
});
