// Turns each changed source into JavaScript by itself, in a second, and bundles the programs. `npm run types` checks the types,
// which takes longer.
import fs from 'node:fs';
import path from 'node:path';
import { bundle, describeBundle, isProgram, listBundled } from './bundle.mjs';

/** Names each source and its output, with the size and time of both. */
const stamp = 'dist/.built';
/** A change of these changes every output. */
const settings = ['package.json', 'tsconfig.json', 'scripts/compile.mjs', 'scripts/bundle.mjs'];
const folders = ['src', 'scripts', 'test'];
const importLine = /(^import |^(?:import|export|\}) [^'"]*from |\bimport\()"(\.\.?\/[^"\n]*)\.ts"/gm;

/** Compiles the sources that have changed, or whose output was edited or removed, and removes the outputs of removed sources.
 *  The current folder is the project's. Returns whether it has compiled anything, and null when the compiler is not installed.
 *  After an error in a source, which it throws, dist is as before. */
export async function compile({ tests }) {
  const known = new Set(readLines(stamp));
  const isNew = !settings.map(describe).every((line) => known.has(line));
  const sources = folders.flatMap(listSources);
  const wanted = tests ? sources : sources.filter((file) => !file.startsWith('test/'));
  const single = wanted.filter((file) => !isProgram(file));
  const stale = single.filter((file) => isNew || !known.has(describePair(file)));
  removeOrphans(sources);
  const bundles = isNew || !known.has(describeBundle(sources, describe));
  if (stale.length === 0 && !bundles) return false;
  const esbuild = await loadCompiler();
  if (!esbuild) return null;
  const { target } = JSON.parse(fs.readFileSync('tsconfig.json', 'utf8')).compilerOptions;
  const outputs = await transpile(esbuild, stale, target);
  const bundled = bundles ? await bundle(esbuild, sources, target) : [];
  outputs.push(...bundled);
  for (const folder of new Set(outputs.map(({ file }) => path.dirname(file)))) {
    fs.mkdirSync(folder, { recursive: true });
  }
  for (const { file, contents } of outputs) fs.writeFileSync(file, contents);
  const others = sources.filter((file) => !isNew && !wanted.includes(file) && known.has(describePair(file)));
  const pairs = [...single, ...others].map(describePair);
  const made = bundles ? bundled.map(({ file }) => madeLine(file)) : [...known].filter(isMade);
  if (bundles) removeOldBundles(sources, new Set([...known, ...made]));
  fs.writeFileSync(
    stamp,
    [...settings.map(describe), ...pairs, ...made, describeBundle(sources, describe)].join('\n'),
  );
  return true;
}

/** The files of the build before this one stay: a server that still runs may load one later. */
function removeOldBundles(sources, lines) {
  for (const file of listBundled(sources)) if (!lines.has(madeLine(file))) fs.rmSync(file);
}

function madeLine(file) {
  return `made ${file}`;
}

function isMade(line) {
  return line.startsWith(madeLine(''));
}

/** Returns the time of the last compilation; null before the first one. */
export function compiledAt() {
  return fs.statSync(stamp, { throwIfNoEntry: false })?.mtime ?? null;
}

function listSources(folder) {
  return listFiles(folder).filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'));
}

function listFiles(folder) {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { recursive: true }).map((file) => path.join(folder, file));
}

/** Or a removed test would still run. */
function removeOrphans(sources) {
  const kept = new Set([...sources.map(outputOf), ...listBundled(sources)]);
  const outputs = folders.flatMap((folder) => listFiles(path.join('dist', folder)));
  for (const file of outputs.filter((file) => file.endsWith('.js') && !kept.has(file))) {
    fs.rmSync(file);
    fs.rmSync(`${file}.map`, { force: true });
  }
}

/** The compiler; null when it is not installed. */
export async function loadCompiler() {
  try {
    return await import('esbuild');
  } catch {
    return null;
  }
}

async function transpile(esbuild, sources, target) {
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: sources,
    outbase: '.',
    outdir: 'dist',
    target,
    platform: 'node',
    format: 'esm',
    charset: 'utf8',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: 'silent',
  });
  return outputFiles.map(({ path: file, text, contents }) => {
    const { imports } = metafile.outputs[path.relative('.', file)];
    return { file, contents: file.endsWith('.js') ? renameImports(file, text, imports) : contents };
  });
}

/** Sources import `./x.ts`, outputs `./x.js`. Both names are as long, so the source map stays right. */
function renameImports(file, text, imports) {
  const found = [];
  const renamed = text.replaceAll(importLine, (_, start, name) => {
    found.push(`${name}.ts`);
    return `${start}"${name}.js"`;
  });
  const wanted = imports.map(({ path: name }) => name).filter((name) => /^\.\.?\/.*\.ts$/.test(name));
  if (String(found.sort()) === String(wanted.sort())) return renamed;
  throw new Error(
    `${file}: a text in the source looks like an import. Write its file name in single quotes.`,
  );
}

function outputOf(source) {
  return path.join('dist', source.replace(/\.ts$/, '.js'));
}

function describePair(source) {
  return `${describe(source)} ${describe(outputOf(source))}`;
}

function describe(file) {
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  return stat ? `${file} ${stat.size} ${stat.mtimeMs}` : `${file} gone`;
}

function readLines(file) {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').split('\n') : [];
}
