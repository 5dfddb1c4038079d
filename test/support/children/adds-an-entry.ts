// Adds an entry to the library, as an import does before its end; then does what `text` says: sleeps, fails or succeeds.
import { connect } from '../../../src/core/db/driver.ts';
import { readArguments, runOn } from '../message.ts';

const { text = '' } = readArguments();
const library = connect(process.env.CHL_DATABASE_PATH ?? '');
const at = new Date().toISOString();
library.prepare(`INSERT OR IGNORE INTO categories VALUES ('ADD', 'Added', NULL, ?)`).run(at);
library
  .prepare(
    `INSERT INTO experiences (id, category_code, section, title, playbook, source, sync_status, created_at, updated_at)
     VALUES (?, 'ADD', 'useful', 'Added by a job', 'Do it.', 'local', 1, ?, ?)`,
  )
  .run(`EXP-${process.env.CHL_JOB}`, at, at);
library.close();
if (text === 'sleeps') runOn('added');
if (text === 'fails') process.exitCode = 3;
