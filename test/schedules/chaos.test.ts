// The short form of the schedules' part of `npm run chaos`: the same code, few cycles, a fixed seed.
import '../support/plain-children.ts';
import path from 'node:path';
import t from 'tap';
import { runScheduleChaos } from '../../scripts/chaos/schedules.ts';
import { makeFolder } from '../support/folder.ts';

t.test('after kill -9 at random moments no due time has two jobs, and none is without a tick', async (t) => {
  const root = path.join(makeFolder(t), 'root');
  const report = await runScheduleChaos({ root, seed: 7, cycles: 5, schedules: 12, factor: 8 });
  t.same(report.problems, []);
  t.equal(report.cycles, 5);
  t.ok(report.ticks.started, 'runs were started');
});
