// Lists the test files, and finds those named on the command line. The current folder must be the project's.
import fs from 'node:fs';
import path from 'node:path';

const browserFolder = 'test/browser/';
/** The files that run longest start first, so that none of them runs alone at the end. The tests in a browser are among
 *  them, because only a few run at once. */
const slowest = [
  'test/contributing.test.ts',
  'test/stop.test.ts',
  'test/index/switch-kills.test.ts',
  'test/browser/access',
  browserFolder,
  'test/maintenance/killed.test.ts',
  'test/job-ends.test.ts',
  'test/google/',
  'test/chaos.test.ts',
  'test/snapshots/killed-uploads.test.ts',
  'test/data-root.test.ts',
  'test/checks.test.ts',
  'test/scripts/',
  'test/sources/',
  'test/cli/',
  'test/credentials/',
  'test/snapshots/',
  'test/web/',
  'test/workers/',
];

/** Returns `{ files }`, each with its `name` (`test/jobs/locks.test.ts`) and its compiled `output`; or `{ unknown }`, an
 *  error message, when a word names no test. A word is a file or a folder below `test`, with or without `dist/`. */
export function chooseTests(words) {
  const all = listTests();
  const chosen = new Map();
  for (const word of words) {
    const found = findTests(all, word);
    if (found.length === 0) return { unknown: describeUnknown(all, word) };
    for (const file of found) chosen.set(file.name, file);
  }
  return { files: words.length > 0 ? [...chosen.values()] : inOrder(all) };
}

function listTests() {
  return fs
    .readdirSync('dist/test', { recursive: true })
    .filter((file) => file.endsWith('.test.js'))
    .sort()
    .map((file) => ({ name: sourceOf(path.join('test', file)), output: path.join('dist/test', file) }));
}

/** A compiled test in another folder can be named by its path; the tests of this runner use such files. */
function findTests(all, word) {
  const given = path.relative('.', word);
  const wanted = sourceOf(given.replace(/^dist\//, ''));
  const found = all.filter(({ name }) => name === wanted || name.startsWith(`${wanted}/`));
  if (found.length > 0 || !given.endsWith('.test.js') || !fs.existsSync(given)) return found;
  return [{ name: given, output: given }];
}

function sourceOf(file) {
  return file.replace(/\.js$/, '.ts');
}

export function isInBrowser({ name }) {
  return name.startsWith(browserFolder);
}

/** Only such a file can share its process with others. */
export function usesTap({ output }) {
  return /\bfrom ['"]tap['"]/.test(fs.readFileSync(output, 'utf8'));
}

function inOrder(all) {
  const rankOf = ({ name }) => {
    const at = slowest.findIndex((start) => name.startsWith(start));
    return at === -1 ? slowest.length : at;
  };
  return all.toSorted((one, other) => rankOf(one) - rankOf(other));
}

function describeUnknown(all, word) {
  const near = all
    .map(({ name }) => ({ name, similarity: compare(name, sourceOf(word)) }))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, 5)
    .filter(({ similarity }) => similarity > 0.3)
    .map(({ name }) => `\n  ${name}`);
  const hint = near.length > 0 ? ` Similar names:${near.join('')}` : '';
  return `There is no test ${JSON.stringify(word)}.${hint}`;
}

/** The similarity of two file names, 0 to 1: the share of their common letter pairs. */
function compare(one, other) {
  const pairs = (file) => {
    const stem = path.basename(file).replace(/(\.test)?\.ts$/, '');
    return new Set(Array.from({ length: Math.max(stem.length - 1, 0) }, (_, at) => stem.slice(at, at + 2)));
  };
  const [a, b] = [pairs(one), pairs(other)];
  const common = [...a].filter((pair) => b.has(pair)).length;
  return (2 * common) / (a.size + b.size || 1);
}
