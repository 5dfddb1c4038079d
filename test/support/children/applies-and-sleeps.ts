// Commits its result to chl.db, as an import does, and sleeps before it reports it.
import { connect } from '../../../src/core/db/driver.ts';
import { runOn } from '../message.ts';

const [id, attempt] = (process.env.CHL_JOB ?? '').split('.');
const library = connect(process.env.CHL_DATABASE_PATH ?? '');
library
  .prepare(`INSERT INTO ops_applied (job_id, attempt, revision, result, applied_at) VALUES (?, ?, 1, ?, '')`)
  .run(id, Number(attempt), JSON.stringify({ added: 3 }));
library.close();
runOn('applied');
