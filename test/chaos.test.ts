// The short form of `npm run chaos`: the same code, few cycles, a fixed seed.
import './support/plain-children.ts';
import t from 'tap';
import { runChaos } from '../scripts/chaos/suite.ts';
import { makeFolder } from './support/folder.ts';

t.test(
  'everything the server acknowledged survives kill -9: nothing is lost, duplicated or left behind',
  async (t) => {
    const root = makeFolder(t);
    const report = await runChaos({ root, seed: 11, cycles: 6 });
    t.same(report.problems, []);
    t.equal(report.cycles, 6);
    t.ok(report.jobs > 0, 'there was load');
    t.ok(report.attempts > 0, 'children ran');
  },
);
