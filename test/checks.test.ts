// Plants one violation of each kind in a small tree with the project's configuration, and expects the script of
// `npm run check` to fail and name it.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';
import { makeFolder } from './support/folder.ts';

type Files = Record<string, string>;

const configuration = [
  '.gitignore',
  '.oxlintrc.jsonc',
  'biome.jsonc',
  'knip.jsonc',
  'package.json',
  'tsconfig.json',
];
const manifest = JSON.parse(read('package.json'));

const clean: Files = {
  'src/main.ts': "import { createJobs } from './jobs.ts';\n\nawait createJobs().submit();\n",
  'src/jobs.ts':
    'async function submit() {}\n\nexport function createJobs() {\n  return { submit };\n}\n\n' +
    'export type Jobs = ReturnType<typeof createJobs>;\n',
};

t.test('a debugger, ==, an unused variable and duplicate keys fail the lint', async (t) => {
  const root = plant(makeFolder(t), {
    'src/stops.ts': 'export function stop() {\n  debugger;\n}\n',
    'public/js/compares.js': 'export const isOne = (a) => a == 1;\n',
    'scripts/forgets.mjs': 'const forgotten = 1;\n',
    'public/doubles.css': 'a {\n  color: red;\n  color: blue;\n}\n',
    'views/doubles.json': '{ "a": 1, "a": 2 }\n',
  });
  const { code, out } = await run(root, 'lint');
  t.not(code, 0);
  t.match(out, /src\/stops\.ts:2:3 lint\/suspicious\/noDebugger/);
  t.match(out, /public\/js\/compares\.js:1:\d+ lint\/suspicious\/noDoubleEquals/);
  t.match(out, /scripts\/forgets\.mjs:1:\d+ lint\/correctness\/noUnusedVariables/);
  t.match(out, /public\/doubles\.css:3:\d+ lint\/suspicious\/noDuplicateProperties/);
  t.match(out, /views\/doubles\.json:1:\d+ lint\/suspicious\/noDuplicateObjectKeys/);
});

t.test('a floating promise and a folder of tap fail the check of types', async (t) => {
  const use = "import type { Jobs } from './jobs.ts';\n\n";
  const root = plant(makeFolder(t), {
    'src/floats.ts': `${use}export function start(jobs: Jobs) {\n  jobs.submit();\n}\n`,
    'src/misuses.ts': `${use}export function start(jobs: Jobs) {\n  setInterval(() => jobs.submit(), 1000);\n}\n`,
    'public/js/floats.js': "fetch('/health');\n",
    'scripts/floats.mjs': "import fs from 'node:fs/promises';\n\nfs.rm('x');\n",
    'test/floats.ts':
      "import t from 'tap';\nimport { createJobs } from '../src/jobs.ts';\n\ncreateJobs().submit();\n" +
      "t.test('one', async (t) => {\n  t.testdir();\n});\nt.rejects(createJobs().submit());\n",
  });
  const { code, out } = await run(root, 'types');
  t.not(code, 0);
  const found = out.matchAll(/\((\S+)\): .*\n.*\[(\S+:\d+):\d+\]/g);
  t.same([...found].map(([, rule, place]) => `${place} ${rule}`).sort(), [
    'public/js/floats.js:1 no-floating-promises',
    'scripts/floats.mjs:3 no-floating-promises',
    'src/floats.ts:4 no-floating-promises',
    'src/misuses.ts:4 no-misused-promises',
    'test/floats.ts:4 no-floating-promises',
    'test/floats.ts:6 no-restricted-properties',
    'test/floats.ts:8 no-floating-promises',
  ]);
});

t.test('an unused file, export, type and dependency fail the check', async (t) => {
  const unused = { 'left-over': '1.0.0' };
  const root = plant(makeFolder(t), {
    'src/jobs.ts': `${clean['src/jobs.ts']}\nexport const limit = 1;\n`,
    'src/lonely.ts': 'export const lonely = 1;\n',
    'public/js/lonely.js': 'export const lonely = 1;\n',
    'package.json': JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, ...unused } }),
  });
  const { code, out } = await run(root, 'unused');
  t.not(code, 0);
  t.match(out, /Unused files \(2\)\npublic\/js\/lonely\.js *\nsrc\/lonely\.ts/);
  t.match(out, /Unused exports \(1\)\nlimit +src\/jobs\.ts/);
  t.match(out, /Unused exported types \(1\)\nJobs +type +src\/jobs\.ts/);
  t.match(out, /Unused dependencies \(\d+\)\n[\s\S]*left-over +package\.json/);
});

t.test('a wrong type and an unused local fail the check of types', async (t) => {
  const root = plant(makeFolder(t), {
    'src/wrong.ts': "export const count: number = 'one';\n",
    'src/forgets.ts': 'const forgotten = 1;\nexport {};\n',
    'drizzle.config.ts': 'export {};\n',
  });
  const { code, out } = await run(root, 'types');
  t.not(code, 0);
  t.match(out, /TS2322\): .*\n.*\[src\/wrong\.ts:1:14\]/);
  t.match(out, /TS6133\): .*\n.*\[src\/forgets\.ts:1:7\]/);
});

t.test('an unformatted file fails the format check', async (t) => {
  const root = plant(makeFolder(t), {
    'src/untidy.ts': 'export  const a="b"\n',
    'public/untidy.css': 'a{color:red}\n',
  });
  const { code, out } = await run(root, 'format:check');
  t.not(code, 0);
  t.match(out, /src\/untidy\.ts format/);
  t.match(out, /public\/untidy\.css format/);
  t.notMatch(out, /src\/main\.ts/);
});

t.test('npm run check reports every failed check of the sources, and then runs no test', async (t) => {
  const root = plantChecks(makeFolder(t), {
    lint: 'echo wrong lint; exit 1',
    types: 'echo wrong type; exit 2',
    unused: 'echo wrong export; exit 3',
  });
  const { code, out } = await run(root, 'check');
  t.equal(code, 1);
  t.match(out, /^wrong lint$/m);
  t.match(out, /^wrong type$/m);
  t.match(out, /^wrong export$/m);
  t.match(out, /^pretest ran$/m);
  const failed = /\nFailed: (.*)\n/.exec(out)?.[1]?.split(', ').sort();
  t.same(failed, ['npm run lint', 'npm run types', 'npm run unused']);
  t.notMatch(out, /^(test|walk) ran$/m);
});

t.test('npm run check builds, and runs the tests and the walk, when the sources are in order', async (t) => {
  const good = await run(plantChecks(makeFolder(t)), 'check');
  t.equal(good.code, 0);
  const ran = good.out.match(/^\S+ ran$/gm) ?? [];
  const first = ['format:check', 'lint', 'postinstall', 'pretest', 'types', 'unused'];
  t.same(
    ran.slice(0, 6).sort(),
    first.map((name) => `${name} ran`),
  );
  t.same(ran.slice(6), ['pretest ran', 'test ran', 'walk ran']);
});

t.test('a failed test and a failed walk fail npm run check, and both are reported', async (t) => {
  const failing = { test: 'echo broken; exit 1', walk: 'echo lost; exit 1' };
  const { code, out } = await run(plantChecks(makeFolder(t), failing), 'check');
  t.equal(code, 1);
  t.match(out, /^broken$[\s\S]*^lost$[\s\S]*\nFailed: npm run test, npm run walk\n/m);
});

t.test('CI runs npm run check, and one test with the newest Node', async (t) => {
  t.equal(manifest.scripts.check, 'node scripts/check.mjs');
  t.equal(manifest.scripts.walk, 'node scripts/walk.mjs');
  const commands = read('.ci/run').match(/^ *(withOtherNode )?(npm|npx|node) .*$/gm);
  t.match(commands, [
    /^ *npm install .* node@\d/,
    /^npm ci --ignore-scripts$/,
    /^withOtherNode npm ci --ignore-scripts --prefer-offline .*&$/,
    /^npm run check$/,
    'withOtherNode npm test -- test/every-node.test.ts',
  ]);
});

/** A project whose checks only print that they ran. */
function plantChecks(root: string, scripts: Record<string, string> = {}): string {
  const names = ['postinstall', 'lint', 'types', 'unused', 'format:check', 'pretest', 'test', 'walk'];
  const printing = Object.fromEntries(names.map((name) => [name, `echo ${name} ran`]));
  const all = { ...printing, ...scripts, check: manifest.scripts.check };
  fs.writeFileSync(path.join(root, 'package.json'), JSON.stringify({ scripts: all }));
  fs.mkdirSync(path.join(root, 'scripts'));
  fs.copyFileSync(path.join(packageRoot, 'scripts/check.mjs'), path.join(root, 'scripts/check.mjs'));
  return root;
}

function read(file: string): string {
  return fs.readFileSync(path.join(packageRoot, file), 'utf8');
}

function plant(root: string, files: Files): string {
  const copied = configuration.map((file) => [file, read(file)] as const);
  const all: Files = { ...Object.fromEntries(copied), ...clean, ...files };
  for (const [file, text] of Object.entries(all)) {
    fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    fs.writeFileSync(path.join(root, file), text);
  }
  fs.symlinkSync(path.join(packageRoot, 'node_modules'), path.join(root, 'node_modules'));
  return root;
}

function run(cwd: string, script: string): Promise<{ code: unknown; out: string }> {
  // oxlint colours its output wherever CI is set.
  const { CI: _, ...given } = process.env;
  const env = { ...given, NO_COLOR: '1', FORCE_COLOR: '0' };
  return new Promise((resolve) => {
    execFile('npm', ['run', '--silent', script], { cwd, env }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, out: stdout + stderr });
    });
  });
}
