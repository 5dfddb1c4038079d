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

t.test('a reader that fails or hangs is logged, and the job ends', async (t) => {
  const lines: string[] = [];
  const log = { warn: ({ err }: { err: Error }) => lines.push(err.message) } as unknown as Log;
  await createCatchUp({ catchUp: () => Promise.reject(new Error('no index')), log })(job);
  await createCatchUp({ catchUp: () => new Promise(() => {}), log }, 10)(job);
  await createCatchUp({ catchUp: async () => {}, log }, 10)(job);
  t.same(lines, ['no index', 'not done after 0.01 s']);
});
