// Follows CONTRIBUTING.md literally, in a copy of the project: the code of its blocks compiles, keeps every rule, and
// works.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';
import { findViolations } from './support/architecture.ts';
import { templateProblems } from './support/template-rules.ts';
import { makeFolderInProject } from './support/folder.ts';

type Block = { kind: string; file: string; text: string };

const copied = [
  'src',
  'scripts',
  'views',
  'public',
  'migrations',
  'package.json',
  'tsconfig.json',
  'biome.jsonc',
  '.oxlintrc.jsonc',
  'dist',
];

/** The test of the feature, and those of all operations and routes. */
const tests = ['test/count/count.test.ts', 'test/operations/catalogue.test.ts', 'test/web/routes.test.ts'];

function readBlocks(): Block[] {
  const text = fs.readFileSync(path.join(packageRoot, 'CONTRIBUTING.md'), 'utf8');
  return [...text.matchAll(/^```(\w+) title="([^"]+)"\n(.*?)^```$/gms)].map(
    ([, kind = '', file = '', block = '']) => ({ kind, file, text: block }),
  );
}

/** Inserts each line that begins with `+` after the line before it. */
function applyDiff(file: string, diff: string) {
  let text = fs.readFileSync(file, 'utf8');
  const lines = diff.trimEnd().split('\n');
  for (const [at, line] of lines.entries()) {
    if (!line.startsWith('+')) continue;
    const before = `${lines[at - 1]?.slice(1)}\n`;
    if (!text.includes(before)) throw new Error(`${file} has no line ${JSON.stringify(before)}`);
    text = text.replace(before, `${before}${line.slice(1)}\n`);
  }
  fs.writeFileSync(file, text);
}

function copyTestsWithoutOthers(root: string) {
  const isOther = (file: string) => file.endsWith('.test.ts') && !tests.includes(file);
  fs.cpSync(path.join(packageRoot, 'test'), path.join(root, 'test'), {
    recursive: true,
    filter: (file) => !isOther(path.relative(packageRoot, file)),
  });
}

t.test('the feature of CONTRIBUTING.md keeps every rule, and works', async (t) => {
  const root = makeFolderInProject(t);
  for (const name of copied)
    fs.cpSync(path.join(packageRoot, name), path.join(root, name), { recursive: true });
  copyTestsWithoutOthers(root);
  fs.symlinkSync(path.join(packageRoot, 'node_modules'), path.join(root, 'node_modules'));
  const blocks = readBlocks();
  t.ok(blocks.length > 8);
  for (const { kind, file, text } of blocks) {
    const target = path.join(root, file);
    fs.mkdirSync(path.dirname(target), { recursive: true });
    if (kind === 'diff') applyDiff(target, text);
    else fs.writeFileSync(target, text);
  }
  const run = (...args: string[]) =>
    spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, CI: '' } });
  const passes = (name: string, { status, stdout, stderr }: ReturnType<typeof run>) =>
    t.equal(status, 0, name, { output: stdout + stderr });

  const added = blocks.map(({ file }) => file).filter((file) => file.endsWith('.ts'));
  passes('compiles', run('scripts/build.mjs', '--tests'));
  passes('types', run('node_modules/oxlint/bin/oxlint', ...added));
  passes('lint', run('node_modules/@biomejs/biome/bin/biome', 'lint', '--vcs-enabled=false', ...added));
  passes('format', run('node_modules/@biomejs/biome/bin/biome', 'format', '--vcs-enabled=false', ...added));
  const ofCount = findViolations(root).filter(
    ({ file }) => file.includes('count/') || file === 'src/features.ts',
  );
  t.same(ofCount, [], 'architecture');
  t.same(templateProblems(path.join(root, 'views')), [], 'templates');
  passes(
    'its test, and those of all operations and routes',
    run('scripts/test.mjs', '--lanes', '1', ...tests),
  );
});
