// Compiles src and scripts (with --tests: also the tests) into dist, copies the browser libraries into public/vendor, and
// joins the style sheets. Compiles only sources that have changed since the last build, or whose output has.
//   --soft     a missing compiler is not an error
//   --assets   only the browser files
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeBuildFile } from './build-file.mjs';
import { compile, compiledAt } from './compile.mjs';
import { joinStyles } from './styles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const soft = process.argv.includes('--soft');
const tests = process.argv.includes('--tests');
const vendored = {
  'htmx.js': 'htmx.org/dist/htmx.min.js',
  'sse.js': 'htmx-ext-sse/dist/sse.min.js',
  'idiomorph.js': 'idiomorph/dist/idiomorph-ext.min.js',
};

process.chdir(root);
vendor();
joinStyles('public/css', 'public');
if (!process.argv.includes('--assets')) await build();

async function build() {
  const isNew = await tryToCompile();
  const builtAt = compiledAt();
  if (isNew === null) reportMissingCompiler(builtAt !== null);
  if (builtAt) writeBuildFile(root, builtAt, isNew === true);
}

async function tryToCompile() {
  try {
    return await compile({ tests });
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
    return false;
  }
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

function reportMissingCompiler(hasOldBuild) {
  if (hasOldBuild) {
    console.error('No compiler is installed. Starting the old build, although the sources are newer.');
    return;
  }
  console.error('No compiler is installed. Run "npm ci" and try again.');
  process.exitCode = soft ? 0 : 1;
}
