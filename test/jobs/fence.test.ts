import path from 'node:path';
import t from 'tap';
import { prepareOps } from '../../src/core/db/ops.ts';
import { assertRunning } from '../../src/jobs/script.ts';
import { makeFolder } from '../support/folder.ts';

t.test('only the running attempt in ops.db may write', async (t) => {
  const file = path.join(makeFolder(t), 'ops.db');
  const ops = prepareOps(file);
  t.teardown(() => ops.close());
  ops.exec(`INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at)
    VALUES ('one', 'chore', 'running', 'scripts', 'ada', '{}', 2, '')`);
  const refused = { code: 'internal', message: /no longer the running one; nothing was written/ };
  t.doesNotThrow(() => assertRunning(file, { id: 'one', attempt: 2 }));
  t.throws(() => assertRunning(file, { id: 'one', attempt: 1 }), refused);
  t.throws(() => assertRunning(file, { id: 'one', attempt: 3 }), refused);
  t.throws(() => assertRunning(file, { id: 'other', attempt: 2 }), refused);
  t.throws(
    () => assertRunning(file, { id: '', attempt: 0 }),
    refused,
    'nor a script that was started by hand',
  );
  ops.exec(`UPDATE job SET status = 'failed'`);
  t.throws(() => assertRunning(file, { id: 'one', attempt: 2 }), refused);
});

t.test('the fence does not see an uncommitted transaction', async (t) => {
  const file = path.join(makeFolder(t), 'ops.db');
  const ops = prepareOps(file);
  t.teardown(() => ops.close());
  ops.exec(`INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at)
    VALUES ('one', 'chore', 'running', 'scripts', 'ada', '{}', 1, '')`);
  ops.exec(`BEGIN IMMEDIATE; UPDATE job SET status = 'failed'`);
  t.doesNotThrow(
    () => assertRunning(file, { id: 'one', attempt: 1 }),
    'a server that writes does not block it',
  );
  ops.exec('ROLLBACK');
});
