// `chl maintenance`: list, start, extend, end; and how other commands meet a window.
import t from 'tap';
import { startApp } from '../support/app.ts';
import { queryOps, runHere } from '../support/command-line.ts';
import { makeFolder } from '../support/folder.ts';

t.test('windows on the command line', async (t) => {
  const app = await startApp(t, { env: { CHL_OPERATIONS_MODE: 'noop' } });
  const chl = (...words: string[]) => runHere(app.root, words);
  const maintenance = (...words: string[]) => chl('maintenance', ...words);
  t.match(await maintenance(), { code: 0, out: 'No windows.\n' });

  const start = ['start', '--level', 'frozen', '--minutes', '20', '--reason', 'New disk'];
  const started = await maintenance(...start);
  t.match(started, {
    code: 0,
    out: /^Window 1 is active until \S+Z: imports, exports, restores and undo can only be queued\.\n$/,
  });
  t.match(await maintenance(...start), { code: 1, err: /Window 1 \(frozen, New disk\) lasts from/ });

  const refused = await chl('export');
  t.equal(refused.code, 75, 'it can be tried again later');
  t.match(refused.err, /^Maintenance until .*: New disk\. .*\n$/, 'one line');

  const extended = await maintenance('extend', '1', '--minutes', '10', '--json');
  t.equal(extended.code, 0);
  const { starts_at, ends_at } = JSON.parse(extended.out);
  t.equal(Date.parse(ends_at) - Date.parse(starts_at), 30 * 60_000);
  t.match(await maintenance('list'), { code: 0, out: /^1 +active +frozen +until \S+ +New disk \(\S+\)\n$/ });
  t.match(await maintenance('end', '1'), { code: 0, out: 'Window 1 has ended.\n' });
  t.match(await maintenance('list'), { out: /^1 +ended +frozen +ended / });

  const planned = await maintenance(
    'start',
    '--level',
    'drained',
    '--starts',
    inTwoHours(),
    '--reason',
    'Vacuum',
  );
  t.match(planned, { code: 2, err: /Type maintenance to confirm/ });
  const confirmed = ['--starts', inTwoHours(), '--reason', 'Vacuum', '--confirm', 'maintenance'];
  t.match(await maintenance('start', '--level', 'drained', ...confirmed), {
    code: 0,
    out: /^Window 2 is planned from \S+ to \S+: jobs will wait for its end, and the workers will be paused\.\n$/,
  });
});

t.test('a missing verb, number or level is named', async (t) => {
  const root = makeFolder(t);
  for (const [words, message] of [
    [['stop'], /Name a verb/],
    [['end'], /Name a window by its number/],
    [['end', 'x'], /Name a window by its number/],
    [['extend', '1'], /Give the minutes/],
    [['start'], /Give a level/],
    [['start', '--level', 'half', '--reason', 'no reason'], /announce, frozen, drained, read_only/],
  ] as const) {
    const { code, err } = await runHere(root, ['maintenance', ...words]);
    t.equal(code, 2, words.join(' '));
    t.match(err, message);
  }
});

function inTwoHours(): string {
  return new Date(Date.now() + 2 * 3_600_000).toISOString();
}

t.test('a command that works on ops.db itself is refused in read-only maintenance, too', async (t) => {
  const root = makeFolder(t);
  const token = (...words: string[]) => runHere(root, ['token', ...words]);
  t.equal((await token('create', '--name', 'early', '--role', 'viewer')).code, 0);
  const start = ['--level', 'read_only', '--reason', 'the disk is moved', '--confirm', 'maintenance'];
  t.equal((await runHere(root, ['maintenance', 'start', ...start])).code, 0);
  for (const words of [
    ['create', '--name', 'late', '--role', 'admin'],
    ['revoke', 'early', '--reason', 'not needed'],
  ])
    t.match(await token(...words), {
      code: 75,
      out: '',
      err: /^Maintenance until .*: the disk is moved\. .*\n$/,
    });
  t.match((await token('list')).out, /^early +viewer +active[^\n]+\n$/, 'reads go on');
  const rows = `
    SELECT event, outcome, target, reason, detail ->> '$.code' AS code FROM audit
    WHERE event LIKE 'access.%' AND outcome = 'refused' ORDER BY id`;
  t.strictSame(queryOps(root, rows), [
    {
      event: 'access.token_created',
      outcome: 'refused',
      target: 'token:late',
      reason: null,
      code: 'maintenance',
    },
    {
      event: 'access.token_revoked',
      outcome: 'refused',
      target: 'token:early',
      reason: 'not needed',
      code: 'maintenance',
    },
  ]);
  t.equal((await runHere(root, ['maintenance', 'end', '1'])).code, 0, 'without a server it needs no token');
  t.equal((await token('create', '--name', 'late', '--role', 'admin')).code, 0);
});
