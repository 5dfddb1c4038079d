// A worker that the system refuses to start.
import t from 'tap';
import { createPoolSlot } from '../../src/workers/pool-slot.ts';
import { read } from '../support/settings.ts';

t.test('a worker that cannot be spawned is given up; nobody else is harmed', async (t) => {
  const ends: string[] = [];
  const reason = await new Promise<string>((onGiveUp) => {
    const slot = createPoolSlot({
      name: 'embed-1',
      command: ['node', 'a\0b'],
      config: read({}),
      log: { info() {} } as never,
      times: { failedStartMs: 10_000, registerMaxMs: 10_000, backOffMs: 1 },
      repository: { find: () => null },
      onEnd: (_name, reason) => ends.push(reason),
      onStatements() {},
      onGiveUp,
    });
    slot.start();
  });
  t.match(reason, /exited early 5 times.*could not be started: .*null bytes/s);
  t.equal(ends.length, 4);
});
