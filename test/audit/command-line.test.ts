// `chl audit` prints what the API answers.
import '../support/plain-children.ts';
import t from 'tap';
import { startApp } from '../support/app.ts';
import { addRow } from '../support/audit.ts';
import { runHere } from '../support/command-line.ts';

t.test('the command lists and searches the audit log', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  addRow(app, { target: 'setting:retention.days', reason: 'less disk' });
  addRow(app, { event: 'job.cancel', target: 'job:7', actor: 'bob' });
  const run = (...words: string[]) => runHere(app.root, ['audit', ...words]);
  const { code, out } = await run('--event', 'settings', '--actor', 'ada', '--since', '1h');
  t.equal(code, 0);
  t.match(
    out,
    /^\d+ +\S+Z ok +Setting changed \(setting:retention\.days\) by ada {2}“less disk”\nNo more rows\.\n$/,
  );
  t.match((await run('--target', 'job:7')).out, /Cancel requested \(job:7\) by bob\n/);
  t.match((await run('--q', 'nothing-has-this')).out, /^No rows\.\n$/);
  t.match((await run('--limit', '1')).out, /There are older rows/);
  t.match(JSON.parse((await run('--limit', '1', '--json')).out), { items: [{ event: 'job.cancel' }] });
  t.match(await run('--since', 'never'), { code: 2, err: /"never" is not a time/ });
  t.match(await run('--outcome', 'lost'), { code: 2 });
});
