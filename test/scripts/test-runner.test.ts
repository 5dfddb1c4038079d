// `npm test` on planted test files: its output and exit code.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import t, { type Test } from 'tap';
import ts from 'typescript';
import { packageRoot } from '../../src/core/config.ts';
import { makeFolderInProject } from '../support/folder.ts';

const tap = `import t from 'tap';`;
const good = `console.log('ok 1 - adds');`;
/** Only files that test tap's output load tap, because loading takes a second on a busy machine. */
const planted: Record<string, string> = {
  passes: `${good} console.log('1..1'); console.error('noise of a good file');`,
  fails: `${tap}
    t.ok(true, 'top');
    t.test('outer', async (t) => {
      t.test('inner', async (t) => { t.ok(true); t.equal(1, 2, 'one is two'); });
    });
    console.error('what it wrote');`,
  throws: `${tap} t.test('breaks', async () => { throw new Error('broken on purpose'); });`,
  hangs: `${tap} t.test('waits for ever', () => new Promise(() => { setTimeout(() => {}, 3000); }));`,
  blocks: `console.log('# Subtest: turns\\n    ok 1 - starts'); for (;;);`,
  exits: `${tap} t.test('ends its process', async () => process.exit(3));`,
  crashes: `${good} console.log('1..1'); process.exitCode = 3;`,
  'ends-early': good,
  silent: '',
  skips: `${good} console.log('ok 2 - later # SKIP no browser here\\n1..2');`,
  'only-skips': `console.log('ok 1 - later # SKIP\\n1..1');`,
  'passes-later': `import fs from 'node:fs';
    const seen = new URL('./seen', import.meta.url);
    console.log(fs.existsSync(seen) ? 'ok 1' : 'not ok 1 - first time', '\\n1..1');
    fs.writeFileSync(seen, '');`,
  disturbs: `${tap}
    globalThis.planted = 'by the file before';
    process.env.PLANTED = 'yes';
    process.chdir('/');
    t.teardown(() => console.error('teardown at the root'));
    t.test('passes', async (t) => t.pass());`,
  disturbed: `${tap}
    t.same([process.env.PLANTED, process.cwd()], [undefined, ${JSON.stringify(packageRoot.replace(/\/$/, ''))}]);
    t.equal(globalThis.planted, undefined, 'nothing ran before');`,
  undisturbed: `${tap} t.equal(globalThis.planted, undefined);`,
  'never-ends': `${tap} t.test('waits for nothing', () => new Promise(() => {}));`,
  leaks: `${tap} t.test('passes', async (t) => { t.ok(true); setInterval(() => {}, 1000); });`,
  'sets-exit-code': `${tap} t.test('passes', async (t) => { t.ok(true); process.exitCode = 4; });`,
};

/** Runs the planted files `names`; returns the output without durations and folders. */
async function run(t: Test, names: string[], { flags = [] as string[], env = {} } = {}) {
  const folder = makeFolderInProject(
    t,
    Object.fromEntries(names.map((name) => [`${name}.test.js`, planted[name] ?? ''])),
  );
  const files = names.map((name) => path.join(folder, `${name}.test.js`));
  const { code, out, err } = await start([...flags, ...files], env);
  const tidy = (text: string) =>
    text.replaceAll(`${path.relative(packageRoot, folder)}/`, '').replace(/ {2}\d+ ms/g, '');
  return { code, out: tidy(out), err: tidy(err), lines: tidy(out).trimEnd().split('\n') };
}

async function start(args: string[], env = {}) {
  const child = spawn(process.execPath, ['scripts/test.mjs', ...args], {
    cwd: packageRoot,
    env: { ...process.env, CI: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, out, err };
}

t.test('a passing file is one line, its stderr is hidden, and the totals are last', async (t) => {
  const { code, out, err } = await run(t, ['passes']);
  t.equal(out, 'ok   passes.test.js  1 passed, 0 failed\n1 passed, 0 failed\n');
  t.equal(err, '');
  t.equal(code, 0);
});

t.test('a failure is printed in full: titles, difference, location and stderr', async (t) => {
  const { code, out, err, lines } = await run(t, ['fails', 'passes']);
  t.equal(code, 1);
  t.ok(lines.includes('FAIL fails.test.js  1 passed, 1 failed'), out);
  t.match(out, /✗ outer › inner › one is two\n/);
  t.match(out, /-2\n\s+\+1\n/);
  t.match(out, /at: .*fails\.test\.js:\d+:\d+\n/);
  t.match(out, /stderr:\n\s+what it wrote\n/);
  t.notMatch(out, /noise of a good file/);
  t.equal(err, '');
  t.same(lines.slice(-2), ['failed: fails.test.js', '2 passed, 1 failed']);
});

t.test(
  'the location of a failure is in the source, in the diagnostics and in stacks, and its lines are shown',
  async (t) => {
    const source = `type Text = string;\n\nimport t from 'tap';\n\nt.equal(1 as unknown, 2);\nthrow new Error('here');\n`;
    const { outputText, sourceMapText = '' } = ts.transpileModule(source, {
      compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext, sourceMap: true },
      fileName: 'typed.test.ts',
    });
    const folder = makeFolderInProject(t, {
      'typed.test.ts': source,
      'typed.test.js': outputText,
      'typed.test.js.map': sourceMapText,
    });
    const { code, out } = await start([path.join(folder, 'typed.test.js')]);
    t.equal(code, 1);
    t.match(out, /at: \S+typed\.test\.ts:5:3\n/);
    t.match(out, /\btyped\.test\.ts:6:7/);
    t.match(out, /\n +t\.equal\(1 as unknown, 2\);\n +--\^\n +throw/);
    t.notMatch(out, /typed\.test\.js:\d/);
  },
);

t.test(
  'a file that throws, exits, crashes, ends early or prints nothing fails with its reason',
  async (t) => {
    const { code, out, lines } = await run(t, ['throws', 'exits', 'crashes', 'ends-early', 'silent']);
    t.equal(code, 1);
    t.match(out, /✗ breaks › broken on purpose\n/);
    t.match(out, /✗ ends its process › test unfinished\n/);
    for (const [file, reason] of [
      ['crashes', 'exit code 3'],
      ['ends-early', 'no plan'],
      ['silent', 'no test ran'],
    ] as const) {
      const at = lines.findIndex((line) => line.startsWith(`FAIL ${file}.test.js`));
      t.match(lines[at + 1], `✗ ${reason}`, file);
    }
    t.match(lines.at(-1), /^\d+ passed, 5 failed$/);
  },
);

t.test('a file that hangs or blocks is ended, and its current test is named', async (t) => {
  const hanging = await run(t, ['hangs'], { flags: ['--timeout', '1'] });
  t.match(hanging.out, /✗ waits for ever › timeout!\n/);
  t.same([hanging.code, hanging.lines.at(-1)], [1, '0 passed, 1 failed']);
  const blocked = await run(t, ['blocks'], { flags: ['--timeout', '1', '--kill-after', '1'] });
  t.match(blocked.out, /✗ killed by SIGKILL in: turns\n/);
  t.same([blocked.code, blocked.lines.at(-1)], [1, '0 passed, 1 failed']);
});

t.test(
  'files share a process, but not its environment and folder; after a failure comes a new one',
  async (t) => {
    const { out, lines } = await run(t, ['disturbs', 'disturbed', 'undisturbed'], {
      flags: ['--lanes', '1'],
    });
    t.same(
      lines.filter((line) => !line.startsWith(' ')),
      [
        'ok   disturbs.test.js  1 passed, 0 failed',
        'FAIL disturbed.test.js  1 passed, 1 failed',
        'ok   undisturbed.test.js  1 passed, 0 failed',
        'failed: disturbed.test.js',
        '3 passed, 1 failed',
      ],
    );
    t.match(out, /✗ nothing ran before\n\s+at: .*disturbed\.test\.js:\d+:\d+\n/);
    t.match(out, /in one process, after:\n\s+disturbs\.test\.js\n/);
  },
);

t.test('a file that breaks a shared process fails with its reason, and the next one runs', async (t) => {
  const reasons = {
    exits: '✗ ends its process › test unfinished',
    'never-ends': '✗ waits for nothing › test unfinished',
    leaks: '✗ exit code 1',
    'sets-exit-code': '✗ exit code 4',
    hangs: '✗ waits for ever › timeout!',
  };
  const flags = ['--lanes', '1', '--timeout', '3'];
  const { out, lines } = await run(t, [...Object.keys(reasons), 'disturbs'], { flags });
  for (const [name, reason] of Object.entries(reasons)) {
    const at = lines.findIndex((line) => line.startsWith(`FAIL ${name}.test.js  `));
    t.match(lines[at + 1], reason, name);
  }
  t.match(out, /Still open: .*Timeout/);
  t.equal(lines.at(-1), '3 passed, 5 failed');
  t.match(out, /\nok {3}disturbs\.test\.js /);
});

t.test('skipped tests are counted, and a run without a test is a failure', async (t) => {
  const some = await run(t, ['skips']);
  t.same([some.code, some.lines.at(-1)], [0, '1 passed, 0 failed, 1 skipped']);
  const none = await run(t, ['only-skips']);
  t.same([none.code, none.lines.at(-1)], [1, '0 passed, 0 failed, 1 skipped']);
});

t.test('in CI a failed file is retried once, and the summary lists it', async (t) => {
  const { code, lines } = await run(t, ['passes-later'], { env: { CI: '1' } });
  t.equal(code, 0);
  t.equal(lines[0], 'FAIL passes-later.test.js  0 passed, 1 failed, retrying');
  t.same(lines.slice(-2), ['passed only on retry: passes-later.test.js', '1 passed, 0 failed']);
  const again = await run(t, ['crashes'], { env: { CI: '1' } });
  t.same([again.code, again.lines.at(-1)], [1, '1 passed, 1 failed']);
});

t.test('the slowest files start first', async (t) => {
  const { out } = await start(['--list']);
  t.same(out.split('\n').slice(0, 4), [
    'test/contributing.test.ts',
    'test/stop.test.ts',
    'test/index/switch-kills.test.ts',
    'test/browser/access-of-hubs.test.ts',
  ]);
});

t.test('--tap prints TAP, with one subtest per file', async (t) => {
  const { code, out } = await run(t, ['passes', 'crashes'], { flags: ['--tap'] });
  t.equal(code, 1);
  t.match(out, /^TAP version 14\n/);
  t.match(out, /^ok \d - passes\.test\.js # time=\d+ms$/m);
  t.match(out, /^not ok \d - crashes\.test\.js # time=\d+ms\n {2}---\n/m);
  t.match(out, /^# Subtest: crashes\.test\.js\n {4}ok 1 - adds\n {4}1\.\.1\n/m);
  t.match(out, /\n1\.\.2\n# 2 passed, 1 failed\n$/);
});

t.test(
  'tests are named by source, output or folder; an unknown name is reported with similar ones',
  async (t) => {
    const { chooseTests } = await import(path.join(packageRoot, 'scripts/test-files.mjs'));
    const list = (...words: string[]): string[] =>
      chooseTests(words).files.map(({ name }: { name: string }) => name);
    const inFolder = fs
      .readdirSync(path.join(packageRoot, 'test/jobs'), { encoding: 'utf8', recursive: true })
      .map((file) => `test/jobs/${file}`);
    for (const word of [
      'test/jobs/locks.test.ts',
      'dist/test/jobs/locks.test.js',
      './test/jobs/locks.test.ts',
    ]) {
      t.same(list(word), ['test/jobs/locks.test.ts']);
    }
    for (const folder of ['test/jobs', 'test/jobs/', 'dist/test/jobs']) {
      t.same(list(folder).sort(), inFolder.filter((name) => name.endsWith('.test.ts')).sort());
    }
    t.same(list('test/jobs/locks.test.ts', 'test/jobs/locks.test.ts'), ['test/jobs/locks.test.ts']);
    const chosen = await start(['test/embedding/vector.test.ts']);
    t.match(chosen, {
      code: 0,
      out: /^ok {3}test\/embedding\/vector\.test\.ts {2}\d+ passed, 0 failed {2}\d+ ms\n/,
    });
    const { code, out, err } = await start(['test/jobs/lock.test.ts']);
    t.match({ code, out }, { code: 1, out: '' });
    t.match(
      err,
      /^There is no test "test\/jobs\/lock\.test\.ts"\. Similar names:\n {2}test\/jobs\/locks\.test\.ts\n/,
    );
  },
);
