// Compiles src and scripts (with --tests: also the tests) into dist, copies the browser libraries into public/vendor, and
// joins the style sheets. Compiles only when a source or an output has changed since the last build.
//   --soft     a missing compiler is not an error
//   --assets   only the browser files
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBuildFile } from './build-file.mjs';
import { joinStyles } from './styles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { resolve } = createRequire(import.meta.url);
const soft = process.argv.includes('--soft');
const tests = process.argv.includes('--tests');
const project = tests ? 'tsconfig.json' : 'tsconfig.build.json';
const sources = tests ? ['src', 'scripts', 'test'] : ['src', 'scripts'];
const stampWithoutTests = path.join(root, 'dist/.built');
const stamp = tests ? path.join(root, 'dist/.built-with-tests') : stampWithoutTests;
/** Lets tsc emit only the outputs of changed sources. */
const buildInfo = path.join(root, 'dist', tests ? '.tests.tsbuildinfo' : '.build.tsbuildinfo');
/** The compiled files after the last build of either kind. */
const outputsFile = path.join(root, 'dist/.outputs');
const vendored = {
  'htmx.js': 'htmx.org/dist/htmx.min.js',
  'sse.js': 'htmx-ext-sse/dist/sse.min.js',
  'idiomorph.js': 'idiomorph/dist/idiomorph-ext.min.js',
};

process.chdir(root);
vendor();
joinStyles('public/css', 'public');
if (!process.argv.includes('--assets')) {
  const isNew = compile();
  if (fs.existsSync(stamp)) writeBuildFile(root, stamp, isNew);
}

function vendor() {
  for (const [name, source] of Object.entries(vendored)) {
    const from = path.join(root, 'node_modules', source);
    const to = path.join(root, 'public/vendor', name);
    if (!fs.existsSync(from)) continue;
    if (fs.existsSync(to) && fs.readFileSync(to).equals(fs.readFileSync(from))) continue;
    fs.mkdirSync(path.dirname(to), { recursive: true });
    fs.copyFileSync(from, to);
  }
}

/** Returns whether it has compiled anything. */
function compile() {
  const listed = listSources();
  const built = readIfThere(stamp);
  const isDamaged = built !== null && (built === listed ? isAnyOutputChanged(built) : isAnyOutputGone(built));
  if (built === listed && !isDamaged) return false;
  const tsc = findCompiler();
  if (!tsc) {
    reportMissingCompiler(built !== null);
    return false;
  }
  if (isDamaged) fs.rmSync(buildInfo, { force: true });
  removeOrphans(built, listed);
  const { status } = spawnSync(process.execPath, [tsc, '-p', project, '--noEmitOnError'], {
    stdio: 'inherit',
  });
  if (status === 0) writeStamps(listed);
  process.exitCode = status ?? 1;
  return status === 0;
}

/** One line per source file: path, size and modification time. */
function listSources() {
  const files = sources
    .flatMap((folder) => fs.readdirSync(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  return [...files, 'package.json', 'tsconfig.json', 'tsconfig.build.json']
    .map(describeFile)
    .sort()
    .join('\n');
}

function isAnyOutputChanged(built) {
  const known = new Set((readIfThere(outputsFile) ?? '').split('\n'));
  return listOutputs(built).some((output) => !known.has(output));
}

/** Checks only existence, because the compiler of `npm run dev` may have rewritten outputs. */
function isAnyOutputGone(built) {
  return listOutputs(built).some((output) => output.endsWith(' gone'));
}

/** One line per compiled file of these sources. */
function listOutputs(listed) {
  const compiled = [...namesIn(listed)].filter((file) => /(?<!\.d)\.ts$/.test(file));
  return compiled.map((file) => describeFile(`dist/${file.replace(/\.ts$/, '.js')}`));
}

function writeStamps(listed) {
  const outputs = listOutputs(listed);
  const names = namesIn(outputs.join('\n'));
  const others = (readIfThere(outputsFile) ?? '')
    .split('\n')
    .filter((line) => !names.has(line.split(' ')[0]));
  fs.writeFileSync(outputsFile, [...others, ...outputs].join('\n'));
  fs.writeFileSync(stamp, listed);
  if (tests) fs.writeFileSync(stampWithoutTests, withoutTests(listed));
}

/** Returns the sources that a build without tests would list; a build with tests has compiled them, too. */
function withoutTests(listed) {
  const isKept = (line) => !line.startsWith('test/');
  return listed.split('\n').filter(isKept).join('\n');
}

function describeFile(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${file} ${stat.size} ${stat.mtimeMs}` : `${file} gone`;
}

function namesIn(text) {
  return new Set(text.split('\n').map((line) => line.split(' ')[0]));
}

function readIfThere(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
}

/** tsc keeps the output of a removed source, so a removed test would still run. */
function removeOrphans(built, listed) {
  const now = namesIn(listed);
  const isAnyGone = built !== null && [...namesIn(built)].some((file) => !now.has(file));
  if (isAnyGone) fs.rmSync('dist', { recursive: true, force: true });
  fs.mkdirSync('dist', { recursive: true });
}

function findCompiler() {
  try {
    return resolve('typescript/bin/tsc');
  } catch {
    return null;
  }
}

function reportMissingCompiler(hasOldBuild) {
  if (hasOldBuild) {
    console.error('No compiler is installed. Starting the old build, although the sources are newer.');
    return;
  }
  console.error('No compiler is installed. Run "npm ci" and try again.');
  process.exitCode = soft ? 0 : 1;
}
