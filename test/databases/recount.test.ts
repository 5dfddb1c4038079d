// The operation recount: counters that another program has falsified are reported and corrected.
import t from 'tap';
import { startApp } from '../support/app.ts';

t.test('counters that agree with their rows are only read', async (t) => {
  const app = await startApp(t);
  await app.run('import', { mode: 'replace' });
  const job = await app.run('recount');
  t.match(job, { status: 'succeeded', result: { corrected: 0, drift: 0 } });
  t.ok(Number(job.result?.counters) > 8);
  t.match((await app.page(`/jobs/${job.number}`)).text, /All \d+ counters agree with their rows\./);
});

t.test('each counter that differs is reported, and then equals its rows', async (t) => {
  const app = await startApp(t);
  const { id } = await app.run('import', { mode: 'replace' });
  const hour = new Date().toISOString().slice(0, 13);
  app.library.exec('UPDATE ops_library_state SET experiences = 7, manuals_pending = 0');
  app.ops.exec(`
    UPDATE job_count SET jobs = 100 WHERE operation = 'import' AND status = 'succeeded';
    DELETE FROM job_hour WHERE operation = 'import';
    INSERT INTO job_hour VALUES ('2020-01-01T00', 'import', 'failed', 3);
    INSERT INTO job_row (job_id, seq, outcome) VALUES ('${id}', 1, 'created'), ('${id}', 2, 'created');
    UPDATE job_row_count SET rows = 9 WHERE job_id = '${id}';
  `);
  const job = await app.run('recount');
  const rows = app.ops.prepare('SELECT ref, outcome, message FROM job_row WHERE job_id = ? ORDER BY seq');
  t.match(rows.all(job.id), [
    { ref: 'experiences', outcome: 'corrected', message: 'It said 7; there are 60.' },
    { ref: 'manuals_pending', message: 'It said 0; there are 12.' },
    { ref: 'job_count: import, succeeded', message: 'It said 100; there are 1.' },
    { ref: 'job_hour: 2020-01-01T00, import, failed', message: 'It said 3; there are 0.' },
    { ref: /^job_hour: \S+, import, succeeded$/, message: 'It said 0; there are 1.' },
    { ref: `job_row_count: ${id}, created`, message: 'It said 9; there are 2.' },
  ]);
  t.match(job, { result: { corrected: 6, drift: 53 + 12 + 99 + 3 + 1 + 7 } });
  t.match(app.library.prepare('SELECT experiences, manuals_pending FROM ops_library_state').get(), {
    experiences: 60,
    manuals_pending: 12,
  });
  t.same(
    app.ops
      .prepare(
        `SELECT hour, status, jobs FROM job_hour WHERE operation = 'import' AND hour <= ? ORDER BY hour`,
      )
      .all(`${hour}~`)
      .map((row) => (row as { status: string; jobs: number }).jobs),
    [1],
  );
  t.match(await app.run('recount'), { result: { corrected: 0 } });
});
