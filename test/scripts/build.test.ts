// The build detects changes: of sources, and of outputs that were edited or removed.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t, { type Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';
import { makeFolderInProject } from '../support/folder.ts';

function start(t: Test) {
  const folder = makeFolderInProject(t, {
    'package.json': '{ "type": "module" }',
    'tsconfig.json': '{ "compilerOptions": { "target": "es2023", "verbatimModuleSyntax": true } }',
    scripts: Object.fromEntries(
      ['build.mjs', 'build-file.mjs', 'bundle.mjs', 'compile.mjs', 'page-scripts.mjs', 'styles.mjs'].map(
        (file) => [file, fs.readFileSync(path.join(packageRoot, 'scripts', file))],
      ),
    ),
    public: { css: {}, js: {} },
    src: { 'one.ts': 'export const one: number = 1;\n', 'two.ts': 'export const two: number = 2;\n' },
    test: { 'one.test.ts': `import { one } from '../src/one.ts';\nexport const seen = one;\n` },
  });
  const at = (file: string) => path.join(folder, file);
  return {
    at,
    build: (...flags: string[]) =>
      spawnSync(process.execPath, ['scripts/build.mjs', ...flags], { cwd: folder, encoding: 'utf8' }),
    read: (file: string) => fs.readFileSync(at(file), 'utf8'),
    write: (file: string, text: string) => fs.writeFileSync(at(file), text),
    changedAt: (file: string) => fs.statSync(at(file)).mtimeMs,
  };
}

t.test('a removed or edited output is rebuilt, and otherwise nothing is done', async (t) => {
  const { at, build, read, write, changedAt } = start(t);
  t.equal(build('--tests').status, 0);
  const good = read('dist/src/one.js');
  const before = changedAt('dist/src/two.js');
  build('--tests');
  t.equal(changedAt('dist/src/two.js'), before, 'nothing to do');
  fs.rmSync(at('dist/src/one.js'));
  t.equal(build('--tests').status, 0);
  t.equal(read('dist/src/one.js'), good);
  write('dist/src/one.js', 'broken');
  t.equal(build('--tests').status, 0);
  t.equal(read('dist/src/one.js'), good);
  write('src/two.ts', 'export const two: number = 22;\n');
  fs.rmSync(at('dist/src/one.js'));
  t.equal(build('--tests').status, 0);
  t.equal(read('dist/src/one.js'), good, 'also when a source has changed');
  t.match(read('dist/src/two.js'), /22/);
});

t.test('a build with tests and one without do not undo each other', async (t) => {
  const { build, write, changedAt } = start(t);
  build('--tests');
  write('src/two.ts', 'export const two: number = 22;\n');
  build();
  const before = changedAt('dist/src/one.js');
  build('--tests');
  build();
  build('--tests');
  t.equal(changedAt('dist/src/one.js'), before);
});

t.test('after a build with tests, one without has nothing to do', async (t) => {
  const { build, changedAt } = start(t);
  build('--tests');
  const before = changedAt('dist/.built');
  t.equal(build().status, 0);
  t.equal(changedAt('dist/.built'), before);
});

t.test('a source that cannot be read fails the build, and dist stays as it was', async (t) => {
  const { build, read, write } = start(t);
  build();
  const good = ['one', 'two'].map((name) => read(`dist/src/${name}.js`));
  write('src/one.ts', 'export const one = 11;\n');
  write('src/two.ts', 'export const two = ;\n');
  const { status, stderr } = build();
  t.not(status, 0);
  t.match(stderr, /src\/two\.ts:1:19: ERROR/);
  t.same(
    ['one', 'two'].map((name) => read(`dist/src/${name}.js`)),
    good,
  );
});

const importing = `import fs from 'node:fs';
import type { Two } from './two.ts';
import { type One } from './one.ts';
import {
  one as renamed, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen
} from './one.ts';
import './../src/two.ts';
export * from '../src/two.ts';
const text = \`
import { one } from './one.ts';
await import('./one.ts');\`;
export const later = async () => (await import('./one.ts')).one;
`;

t.test('imports name the compiled files; types and texts are no imports', async (t) => {
  const { build, read, write } = start(t);
  write('src/all.ts', importing);
  t.equal(build().status, 0);
  t.same(read('dist/src/all.js').match(/.*(from |import).*/g), [
    'import fs from "node:fs";',
    'import {} from "./one.js";',
    'import {',
    '} from "./one.js";',
    'import "./../src/two.js";',
    'export * from "../src/two.js";',
    "import { one } from './one.ts';",
    "await import('./one.ts');`;",
    'const later = async () => (await import("./one.js")).one;',
  ]);
  write('src/all.ts', 'export const text = `\nimport "./one.ts";\n`;\n');
  const { status, stderr } = build();
  t.equal(status, 1);
  t.match(stderr, /src\/all\.js: a text in the source looks like an import/);
});

t.test('the output of a removed source is removed', async (t) => {
  const { at, build } = start(t);
  build('--tests');
  fs.rmSync(at('test/one.test.ts'));
  t.equal(build('--tests').status, 0);
  t.notOk(fs.existsSync(at('dist/test/one.test.js')));
  t.ok(fs.existsSync(at('dist/src/one.js')));
});

t.test('a program is bundled, and any change of a source or of its files bundles it again', async (t) => {
  const { at, build, read, write } = start(t);
  write(
    'src/main.ts',
    `import { one } from './one.ts';\nconsole.log(one, import.meta.url);\n(await import('./two.ts')).fail();\n`,
  );
  write(
    'src/two.ts',
    'type Two = 2;\nexport function fail(): Two {\n  throw new Error(import.meta.url);\n}\n',
  );
  const run = () => {
    t.equal(build('--tests').status, 0);
    return spawnSync(process.execPath, ['--enable-source-maps', at('dist/src/main.js')], {
      encoding: 'utf8',
    });
  };
  const { stdout, stderr } = run();
  t.match(stdout, /^1 file:.*\/dist\/src\/main\.js\n/);
  t.match(stderr, /Error: file:.*\/dist\/src\/two\.js\n.*\/src\/two\.ts:3:/, 'addresses and positions stay');
  const bundled = () => fs.readdirSync(at('dist/src')).filter((name) => /^bundled-.*\.js$/.test(name));
  const first = bundled();
  write('src/one.ts', 'export const one = 11;\n');
  t.match(run().stdout, /^11 /, 'an edited module');
  write('src/two.ts', 'export const fail = () => console.log("edited");\n');
  t.match(run().stdout, /edited\n/, 'an edited chunk');
  t.equal(bundled().length, 2, 'a running program still finds the chunk of the build before');
  write('src/two.ts', 'export const fail = () => console.log("again");\n');
  run();
  t.notMatch(bundled(), first);
  fs.rmSync(at(`dist/src/${bundled().find((name) => /again/.test(read(`dist/src/${name}`)))}`));
  t.match(run().stdout, /again\n/, 'a removed chunk');
  write('dist/src/main.js', 'broken');
  t.match(run().stdout, /^11 /, 'an edited output');
  fs.rmSync(at('src/one.ts'));
  const { status, stderr: problem } = build('--tests');
  t.equal(status, 1);
  t.match(problem, /one\.ts/, 'a removed source');
});

t.test('the build says which commit it is of, and a new commit compiles nothing', async (t) => {
  const { at, build, read, write, changedAt } = start(t);
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=a@b', ...args], { cwd: at('.') });
  const known = () => JSON.parse(read('dist/build.json'));
  build();
  t.match(known(), { commit: null, branch: null, author: null, dirty: null, built_at: /Z$/ });
  const compiled = changedAt('dist/src/one.js');
  git('init', '-qb', 'trunk');
  write('.gitignore', 'dist\n');
  git('add', '.');
  git('commit', '-qm', 'One');
  build();
  t.match(known(), { commit: /^[0-9a-f]{40}$/, branch: 'trunk', author: 'Ada', dirty: false });
  write('.gitignore', '');
  build();
  t.match(known(), { dirty: true });
  fs.renameSync(at('.git'), at('elsewhere'));
  build();
  t.match(known(), { branch: 'trunk' }, 'a copy without git keeps what was known');
  t.equal(changedAt('dist/src/one.js'), compiled);
});
