// The short form of `npm run bench -- cancels`.
import './support/plain-children.ts';
import t from 'tap';
import { raceCancels } from '../scripts/chaos/cancels.ts';
import { makeFolder } from './support/folder.ts';

t.test(
  'a cancel at the moment of the exit has one winner, and job, lock queue and audit log agree',
  async (t) => {
    const { ends, problems } = await raceCancels({ root: makeFolder(t), seed: 5, count: 40 });
    t.same(problems, []);
    t.equal((ends.get('succeeded') ?? 0) + (ends.get('cancelled') ?? 0), 40, 'a job has no other end');
  },
);
