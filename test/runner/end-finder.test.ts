// The work that a job has applied, as the runner reads it at the end of an attempt.
import t from 'tap';
import { createEndFinder } from '../../src/runner/applied.ts';

const exit = { code: 1, signal: null };

t.test('damage that only the server meets is a detail of the fault', async (t) => {
  const damaged = Object.assign(new Error('malformed'), { code: 'SQLITE_CORRUPT', file: '/data/chl.db' });
  const findEnd = createEndFinder(() => {
    throw damaged;
  });
  const end = await findEnd({ id: 'a', attempt: 1 }, { cause: null, fault: null, exit });
  t.match(end, {
    applied: null,
    cause: 'server_fault',
    fault: /^\/data\/chl\.db is damaged/,
    faultDetail: { code: 'database_damaged', file: '/data/chl.db' },
  });
  const ended = { cause: null, fault: null, exit: { code: 0, signal: null } };
  t.same(await findEnd({ id: 'a', attempt: 1 }, ended), { applied: null, cause: null, fault: null }, 'done');
});
