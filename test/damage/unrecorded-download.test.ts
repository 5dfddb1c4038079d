// A download whose end cannot be recorded, because ops.db cannot be written.
import t from 'tap';
import { startApp } from '../support/app.ts';
import { until } from '../support/until.ts';

t.test('a download is complete and the server goes on when its audit row cannot be written', async (t) => {
  const app = await startApp(t);
  await app.run('import');
  await app.run('index');
  let tried = false;
  const { record } = app.audit;
  app.audit.record = (row) => {
    if (row.event !== 'snapshot.download') return record(row);
    tried = true;
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };
  const answer = await fetch(`${app.origin}/api/v1/index/snapshot`);
  t.equal(answer.status, 200);
  t.ok((await answer.arrayBuffer()).byteLength > 0);
  await until(() => tried);
  t.equal((await fetch(`${app.origin}/operations`)).status, 200);
});
