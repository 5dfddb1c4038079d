// The command line without a server: the same engine, in its own process.
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { openDatabase } from '../../src/db/open.ts';
import { runCommand, startCommand, writeBehaviours } from '../support/command-line.ts';
import { buildEngine, makeRoot } from '../support/engine.ts';
import { defineOperation } from '../support/operations.ts';

function makeRootWithBehaviours(t: Test): string {
  const root = makeRoot(t);
  writeBehaviours(root);
  return root;
}

function query(root: string, sql: string): Record<string, unknown>[] {
  const ops = openDatabase(path.join(root, 'ops.db'), { busyMs: 1000, readonly: true });
  try {
    return ops.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    ops.close();
  }
}

t.test('an import runs from an empty folder, with job, audit and log', async (t) => {
  const root = makeRoot(t);
  const words = ['import', '--mode', 'replace', '--reason', 'first import', '--confirm', 'import'];
  const { code, out, err } = await runCommand(root, words);
  t.same([code, err], [0, '']);
  t.match(
    out,
    /^import #1 queued\.\n[^]*Read 84 rows from sheets\/published\.\n[^]*import #1 succeeded after /,
  );
  t.match(out, '\n  added: 84\n');
  t.match(query(root, 'SELECT * FROM job'), [
    { status: 'succeeded', operation: 'import', reason: 'first import' },
  ]);
  t.same(query(root, 'SELECT * FROM job_claim'), []);
  t.same(
    query(root, 'SELECT event FROM audit ORDER BY id').map(({ event }) => event),
    ['job.accepted', 'job.finished'],
    'no server is said to have run',
  );
});

t.test('the exit code says how the job ended', async (t) => {
  const root = makeRootWithBehaviours(t);
  const expected: [string[], number, RegExp][] = [
    [['works'], 0, /working\ndone\n[^]*works #1 succeeded after .*\n {2}rows: 3\n/],
    [['fails'], 1, /it fails\n[^]*fails #2 failed after .*\nThe script ended with exit code 3\.\n/],
    [['refuses'], 65, /refuses #3 failed after .*\nRow 7 is wrong\.\n/],
    [['comes-later'], 0, /comes-later #4 succeeded/],
    [['retry', '2'], 1, /^fails #5 queued\./],
  ];
  for (const [words, code, out] of expected) {
    const ended = await runCommand(root, words);
    t.equal(ended.code, code, words.join(' '));
    t.match(ended.out, out);
  }
  t.match(query(root, 'SELECT attempt FROM job WHERE number = 4'), [{ attempt: 2 }]);
});

t.test('wrong use ends with 2, in the words of the API, and leaves no job', async (t) => {
  const root = makeRootWithBehaviours(t);
  const expected: [string[], RegExp][] = [
    [['unheard-of'], /^There is no operation "unheard-of"\. Known: import, export, index, works, /],
    [['import', '--mode', 'sideways'], /^Mode: choose one of replace, merge\.\n$/],
    [['import', '--colour', 'red'], /^Unknown flag --colour\. Known: --source, --path, --mode, --dry-run, /],
    [['wipes'], /^Write a reason of at least 5 characters\..*\nType wipes to confirm\.\n$/],
    [['job'], /^Which job\? Give its number/],
  ];
  for (const [words, err] of expected) {
    const ended = await runCommand(root, words);
    t.match(ended, { code: 2, out: '', err }, words.join(' '));
  }
  t.same(query(root, 'SELECT * FROM job'), []);
});

t.test('flags reach the script as arguments', async (t) => {
  const root = makeRootWithBehaviours(t);
  const { out } = await runCommand(root, ['takes', '--since=2026-01-31', '--no-loud']);
  t.match(out, '{"since":"2026-01-31","loud":false}');
});

t.test('JSON is the job as the API shows it, and a refusal as the API words it', async (t) => {
  const root = makeRootWithBehaviours(t);
  const done = await runCommand(root, ['works', '--json']);
  t.match(JSON.parse(done.out), { number: 1, status: 'succeeded', result: { rows: 3 }, waits_for: null });
  const refused = await runCommand(root, ['wipes', '--json']);
  t.equal(refused.code, 2);
  t.match(JSON.parse(refused.out), { error: { code: 'confirmation_required', details: { word: 'wipes' } } });
});

t.test('Ctrl+C cancels what runs here, and leaves no process', async (t) => {
  const root = makeRootWithBehaviours(t);
  const { child, says, ended } = startCommand(root, ['sleeps']);
  await says(/asleep/);
  child.kill('SIGINT');
  t.match(await ended, { code: 1, out: /sleeps #1 cancelled after/ });
  const engine = buildEngine(root);
  t.teardown(engine.close);
  t.same(engine.processesLeft(), []);
});

t.test('a second run beside it is told to come back, and neither harms the other', async (t) => {
  const root = makeRootWithBehaviours(t);
  const first = startCommand(root, ['sleeps']);
  await first.says(/asleep/);
  const second = await runCommand(root, ['works']);
  t.match(second, {
    code: 75,
    err: new RegExp(`in use by process ${first.child.pid}, .* Try again when it is done`),
  });
  first.child.kill('SIGINT');
  t.equal((await first.ended).code, 1);
});

t.test('what others have queued is not set off; what it blocks is refused with its name', async (t) => {
  const root = makeRootWithBehaviours(t);
  const claim = () => [{ name: 'library', mode: 'exclusive' as const }];
  const engine = buildEngine(root, { operations: [defineOperation({ locks: claim })] });
  engine.enqueue('chore');
  await engine.close();
  t.equal((await runCommand(root, ['works'])).code, 0);
  for (const words of [['sleeps'], ['sleeps', '--wait']])
    t.match(await runCommand(root, words), {
      code: 75,
      err: /cannot start now: chore #1 by operator is ahead/,
    });
  t.match(query(root, 'SELECT status FROM job WHERE number = 1'), [{ status: 'queued' }]);
  t.match(await runCommand(root, ['cancel', '1']), { code: 0, out: /chore #1 cancelled/ });
});

t.test('noop mode records and runs nothing', async (t) => {
  const root = makeRootWithBehaviours(t);
  const { code, out } = await runCommand(root, ['fails'], { CHL_OPERATIONS_MODE: 'noop' });
  t.equal(code, 0);
  t.match(out, '  mode: noop\n');
});

t.test('help needs no data folder, and names operations of your own', async (t) => {
  const root = makeRootWithBehaviours(t);
  const { code, out } = await runCommand(root, ['help']);
  t.equal(code, 0);
  t.match(out, /\n {2}import .*\n[^]*\n {2}works .*\n[^]*\n {2}doctor /);
  t.notOk(fs.existsSync(path.join(root, 'ops.db')));
  t.match((await runCommand(root, ['takes', '--help'])).out, /--since date[^]*--loud[^]*--reason/);
  t.match(await runCommand(root, ['help', 'nothing']), { code: 2, err: /^There is no operation "nothing"/ });
});

t.test('a setting that is wrong is told in one line', async (t) => {
  const { code, err } = await runCommand(makeRoot(t), ['jobs'], { CHL_PORT: 'many' });
  t.match({ code, err }, { code: 1, err: /^CHL_PORT is "many"; allowed: .*\n$/ });
});
