// Joins the modules of public/js into the few files that browsers fetch: one for each program, and one for each set of modules
// that several share. On a fast line, thirty requests take longer than the first paint of a page.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** The modules that pages name. */
const programs = ['app', 'flags', 'job', 'jobs', 'notices-page', 'plan', 'settings', 'start', 'times'];
/** Pages load it before the others, so it is a file of its own, which those that need it import. */
const early = './times.js';
const isMade = (name) => /\.js(\.map)?$/.test(name);

const stamp = 'dist/.joined';

/** Writes the files of `to`, unless those are there that it has written from the same modules. `load` gives the compiler, or null
 *  without one. Returns false without one. Throws the errors of the modules. */
export async function joinPageScripts(from, to, load) {
  const state = () => hashOf([import.meta.filename, ...filesIn(from), ...filesIn(to).filter(isMade)]);
  if (fs.existsSync(stamp) && fs.readFileSync(stamp, 'utf8') === state()) return true;
  const entryPoints = programs
    .map((name) => path.join(from, `${name}.js`))
    .filter((file) => fs.existsSync(file));
  const esbuild = await load();
  if (!esbuild) return false;
  const { outputFiles } = await esbuild.build({
    entryPoints,
    outdir: to,
    chunkNames: 'shared-[hash]',
    target: 'es2023',
    format: 'esm',
    charset: 'utf8',
    bundle: true,
    splitting: true,
    minify: true,
    sourcemap: true,
    plugins: [{ name: 'early', setup: keepEarly }],
    write: false,
    logLevel: 'silent',
  });
  for (const file of filesIn(to).filter(isMade)) fs.rmSync(file);
  for (const { path: file, contents } of outputFiles) fs.writeFileSync(file, contents);
  fs.mkdirSync(path.dirname(stamp), { recursive: true });
  fs.writeFileSync(stamp, state());
  return true;
}

function keepEarly({ onResolve }) {
  onResolve({ filter: /^\.\/times\.js$/ }, () => ({ path: early, external: true }));
}

function filesIn(folder) {
  if (!fs.existsSync(folder)) return [];
  const files = fs.readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ name }) => path.join(folder, name)).sort();
}

function hashOf(files) {
  const hash = createHash('sha256');
  for (const file of files) hash.update(path.basename(file)).update(fs.readFileSync(file));
  return hash.digest('hex');
}
