// The command line without a server: the same engine, in its own process.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  makeRootWithBehaviours,
  queryOps,
  runCommand,
  runHere,
  startCommand,
} from '../support/command-line.ts';
import { damageTable } from '../support/damage.ts';
import { makeFolder } from '../support/folder.ts';

t.test('an import runs from an empty folder, with job, audit and log', async (t) => {
  const root = makeFolder(t);
  const words = ['import', '--mode', 'replace', '--reason', 'first import', '--confirm', 'import'];
  const { code, out, err } = await runCommand(root, words);
  t.same([code, err], [0, '']);
  t.match(
    out,
    /^import #1 queued\.\n[\s\S]*Read 84 rows from sheets\/published\.\n[\s\S]*import #1 succeeded after /,
  );
  t.match(out, '\n  added: 84\n');
  t.match(queryOps(root, 'SELECT * FROM job'), [
    { status: 'succeeded', operation: 'import', reason: 'first import' },
  ]);
  t.same(queryOps(root, 'SELECT * FROM job_claim'), []);
  t.same(
    queryOps(root, 'SELECT event FROM audit ORDER BY id').map(({ event }) => event),
    ['job.accepted', 'job.finished'],
    'no server is recorded',
  );
});

t.test('the exit code shows how the job ended', async (t) => {
  const root = makeRootWithBehaviours(t);
  const expected: [string[], number, RegExp][] = [
    [['works'], 0, /working\ndone\n[\s\S]*works #1 succeeded after .*\n {2}rows: 3\n/],
    [['fails'], 1, /it fails\n[\s\S]*fails #2 failed after .*\nit fails \(exit code 3\)\n/],
    [['refuses'], 65, /refuses #3 failed after .*\nRow 7 is wrong\.\n/],
    [['comes-later'], 0, /comes-later #4 succeeded/],
    [['retry', '2'], 1, /^fails #5 queued\./],
  ];
  for (const [words, code, out] of expected) {
    const ended = await runHere(root, words);
    t.equal(ended.code, code, words.join(' '));
    t.match(ended.out, out);
  }
  t.match(queryOps(root, 'SELECT attempt FROM job WHERE number = 4'), [{ attempt: 2 }]);
});

t.test('a usage error exits with 2, prints the message of the API, and leaves no job', async (t) => {
  const root = makeRootWithBehaviours(t);
  const expected: [string[], RegExp][] = [
    [
      ['unheard-of'],
      /^There is no operation "unheard-of"\. Known: import, export, .* works, .* lists the commands\.$/m,
    ],
    [['import', '--mode', 'sideways'], /^Mode: choose one of replace, merge\.\n$/],
    [
      ['import', '--colour', 'red'],
      /^Unknown flag --colour\. Known: --source, --path, --sheet, --mode, --dry-run, /,
    ],
    [['wipes'], /^Write a reason of at least 5 characters\..*\nType wipes to confirm\.\n$/],
    [['job'], /^Which job\? Give its number/],
  ];
  for (const [words, err] of expected) {
    const ended = await runHere(root, words);
    t.match(ended, { code: 2, out: '', err }, words.join(' '));
  }
  t.same(queryOps(root, 'SELECT * FROM job'), []);
});

t.test('flags reach the script as arguments', async (t) => {
  const root = makeRootWithBehaviours(t);
  const { out } = await runHere(root, ['takes', '--since=2026-01-31', '--no-loud']);
  t.match(out, '{"since":"2026-01-31","loud":false}');
});

t.test('--json prints the job, or the error, as the API returns it', async (t) => {
  const root = makeRootWithBehaviours(t);
  const done = await runHere(root, ['works', '--json']);
  t.match(JSON.parse(done.out), { number: 1, status: 'succeeded', result: { rows: 3 }, waits_for: null });
  const refused = await runHere(root, ['wipes', '--json']);
  t.equal(refused.code, 2);
  t.match(JSON.parse(refused.out), { error: { code: 'confirmation_required', details: { word: 'wipes' } } });
});

t.test('noop mode records a job and runs nothing', async (t) => {
  const root = makeRootWithBehaviours(t);
  const { code, out } = await runHere(root, ['fails'], { CHL_OPERATIONS_MODE: 'noop' });
  t.equal(code, 0);
  t.match(out, '  mode: noop\n');
});

t.test('help needs no data folder, and lists custom operations', async (t) => {
  const root = makeRootWithBehaviours(t);
  const { code, out } = await runHere(root, ['help']);
  t.equal(code, 0);
  t.match(out, /\n {2}import .*\n[\s\S]*\n {2}works .*\n[\s\S]*\n {2}doctor /);
  t.notOk(fs.existsSync(path.join(root, 'ops.db')));
  t.match((await runHere(root, ['takes', '--help'])).out, /--since date[\s\S]*--loud[\s\S]*--reason/);
  t.match(await runHere(root, ['help', 'nothing']), { code: 2, err: /^There is no operation "nothing"/ });
});

t.test('an invalid setting is reported in one line', async (t) => {
  const { code, err } = await runCommand(makeFolder(t), ['jobs'], { CHL_PORT: 'many' });
  t.match({ code, err }, { code: 1, err: /^CHL_PORT is "many"; allowed: .*\n$/ });
});

t.test('an ops.db that is damaged in part is a sentence with the way back, in each command', async (t) => {
  const root = makeFolder(t);
  await runHere(root, ['export']);
  damageTable(path.join(root, 'ops.db'), 'job_claim');
  const sentence =
    /^\S+ops\.db is damaged: a part of it cannot be read\. The library is not affected\. Stop the server, move the file away [^\n]+ it begins a new list of jobs\.\n/;
  const words = [
    ...['jobs', 'job 1', 'cancel 1', 'retry 1', 'remove-job 1', 'retention', 'audit', 'queue', 'workers'],
    ...['maintenance list', 'schedules list', 'settings list', 'source list', 'drain'],
    ...['backup', 'index', 'recount'],
  ];
  for (const command of words) {
    const { code, out, err } = await runHere(root, command.split(' '));
    t.match(err, sentence, `${command}: ${code}`);
    t.notMatch(out, /malformed|SqliteError|\n\s+at /, command);
  }
  for (const command of ['jobs', 'export'])
    t.match((await runCommand(root, [command])).err, sentence, `${command} as a process`);
  for (const command of ['jobs', 'index']) {
    const { err } = await runCommand(root, [command], { HOME: path.dirname(root) });
    t.match(err, new RegExp(`${sentence.source}$`), `${command} below the home folder`);
    t.match(err, `~/${path.basename(root)}/ops.db`);
  }
  const { child, ended } = startCommand(root, ['jobs']);
  const code = new Promise((resolve) => child.once('exit', resolve));
  child.stderr?.destroy();
  await t.rejects(ended, 'nobody reads its errors');
  t.equal(await code, 0);
  t.match(await runHere(root, ['token', 'list']), { code: 0, err: '' }, 'reads nothing that is damaged');
  t.match(await runHere(root, ['doctor']), { code: 1, out: /ops\.db is damaged: a part of it/, err: '' });
});
