// Joins the modules of each program in a few files, because loading 1,500 small ones takes most of its start. The tests load
// modules file by file, as compile.mjs writes them.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const programs = ['src/main.ts', 'src/cli.ts'];
/** Programs and chunks lie in one folder, so a module's address is the same relative path in each. */
const folder = 'dist/src';
const chunk = /^bundled-[\w-]+\.js$/;

export const isProgram = (source) => programs.includes(source);

/** Bundles the programs among `sources`. Returns the files to write. Throws the errors of the sources. */
export async function bundle(esbuild, sources, target) {
  if (!sources.some(isProgram)) return [];
  const { outputFiles } = await esbuild.build({
    entryPoints: sources.filter(isProgram),
    outbase: '.',
    outdir: 'dist',
    chunkNames: 'src/bundled-[name]-[hash]',
    target,
    platform: 'node',
    format: 'esm',
    charset: 'utf8',
    bundle: true,
    splitting: true,
    packages: 'external',
    plugins: [keepAddresses(sources)],
    sourcemap: true,
    sourcesContent: false,
    write: false,
    logLevel: 'silent',
  });
  return outputFiles.map(({ path: file, contents }) => ({ file: path.relative('.', file), contents }));
}

/** Modules find threads and the project's folder from their own address, which is that of their compiled file. */
function keepAddresses(sources) {
  const texts = new Map(sources.map((file) => [path.resolve(file), fs.readFileSync(file, 'utf8')]));
  const withAddress = [...texts.keys()].filter((file) => texts.get(file).includes('import.meta.url'));
  const filter = new RegExp(`/(${withAddress.map((file) => path.basename(file, '.ts')).join('|')})\\.ts$`);
  return {
    name: 'keep-addresses',
    setup({ onLoad }) {
      if (withAddress.length > 0) onLoad({ filter }, load);
    },
  };

  function load({ path: file }) {
    const compiled = path.relative('src', file).replace(/\.ts$/, '.js');
    const address = `new URL(${JSON.stringify(`./${compiled}`)}, import.meta.url).href`;
    return { contents: texts.get(file).replaceAll('import.meta.url', address), loader: 'ts' };
  }
}

/** Lists the bundled files on the disk, with their source maps. */
export function listBundled(sources) {
  if (!fs.existsSync(folder)) return [];
  const names = new Set(sources.filter(isProgram).map((file) => path.basename(file).replace(/\.ts$/, '.js')));
  return fs
    .readdirSync(folder)
    .filter((name) => chunk.test(name.replace(/\.map$/, '')) || names.has(name.replace(/\.map$/, '')))
    .map((name) => path.join(folder, name));
}

/** A line that differs after any change of a source or of a bundled file. `describe` returns the state of a file. */
export function describeBundle(sources, describe) {
  const files = [...sources.filter((file) => file.startsWith('src/')), ...listBundled(sources)].sort();
  return `bundle ${createHash('sha256').update(files.map(describe).join('\n')).digest('hex')}`;
}
