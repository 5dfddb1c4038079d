// Compiles src and scripts (with --tests: also the tests) into dist, joins the browser libraries in public/vendor, and joins the
// style sheets and modules of pages. Compiles only sources that have changed since the last build, or whose output has.
//   --soft     a missing compiler is not an error
//   --assets   only the browser files
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBuildFile } from './build-file.mjs';
import { compile, compiledAt, loadCompiler } from './compile.mjs';
import { joinPageScripts } from './page-scripts.mjs';
import { joinStyles, writeChanged } from './styles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const soft = process.argv.includes('--soft');
const tests = process.argv.includes('--tests');
/** htmx, then its extensions. */
const vendored = [
  'htmx.org/dist/htmx.min.js',
  'idiomorph/dist/idiomorph-ext.min.js',
  'htmx-ext-sse/dist/sse.min.js',
];

process.chdir(root);
vendor();
joinStyles('public/css', 'public');
await tryTo(() => joinPageScripts('public/js', 'public', loadCompiler));
if (!process.argv.includes('--assets')) await build();

async function build() {
  const isNew = await tryTo(() => compile({ tests }));
  const builtAt = compiledAt();
  if (isNew === null) reportMissingCompiler(builtAt !== null);
  if (builtAt) writeBuildFile(root, builtAt, isNew === true);
}

async function tryTo(work) {
  try {
    return await work();
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
    return false;
  }
}

function vendor() {
  const files = vendored.map((file) => path.join('node_modules', file));
  if (!files.every((file) => fs.existsSync(file))) return;
  const joined = files.map((file) => fs.readFileSync(file, 'utf8')).join('\n;\n');
  writeChanged('public/vendor/htmx.js', joined);
}

function reportMissingCompiler(hasOldBuild) {
  if (hasOldBuild) {
    console.error('No compiler is installed. Starting the old build, although the sources are newer.');
    return;
  }
  console.error('No compiler is installed. Run "npm ci" and try again.');
  process.exitCode = soft ? 0 : 1;
}
