// A short run of the worker walk of `npm run chaos` and `npm run soak`: the same code, few steps, a fixed seed.
import '../support/plain-children.ts';
import t from 'tap';
import { runWorkerSequence } from '../../scripts/chaos/workers.ts';
import { makeFolder } from '../support/folder.ts';

t.test(
  'pause, resume, drain, kill -9 and SIGSTOP in any order lose nothing and do nothing twice',
  async (t) => {
    const root = makeFolder(t);
    const { steps, entries, kills, stops, problems } = await runWorkerSequence({ root, seed: 2, steps: 80 });
    t.same(problems, []);
    t.equal(steps, 80);
    t.ok(entries > 60 && kills > 0 && stops > 0, `${entries} entries, ${kills} kills, ${stops} stops`);
  },
);
