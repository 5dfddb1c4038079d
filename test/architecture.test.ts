// Holds the picture of ARCHITECTURE.md true: which way imports point, and what may stand where.
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { packageRoot } from '../src/core/config.ts';

type Source = { file: string; text: string; imports: string[] };

const sources = ['src', 'scripts'].flatMap((folder) => readSources(folder));
const inSrc = sources.filter(({ file }) => file.startsWith('src/'));

function readSources(folder: string): Source[] {
  const entries = fs.readdirSync(path.join(packageRoot, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = path.relative(packageRoot, path.join(entry.parentPath, entry.name));
      const text = fs.readFileSync(path.join(packageRoot, file), 'utf8');
      const named = [...text.matchAll(/^(?:import|export) (?:[^'"]*? from )?'([^']+)'/gms)];
      const imports = named.map(([, name = '']) =>
        name.startsWith('.') ? path.join(path.dirname(file), name) : name,
      );
      return { file, text, imports };
    });
}

/** Files, but for those in `allowed`, of which `test` is true. */
function offenders(test: (source: Source) => boolean, ...allowed: string[]) {
  return inSrc
    .filter((source) => !allowed.some((place) => isBelow(source.file, place)) && test(source))
    .map(({ file }) => file);
}

/** `web` stands for src/web and the web folder of every feature. */
function isBelow(file: string, place: string): boolean {
  return place === 'web' ? /^src\/(?:[a-z]+\/)?web\//.test(file) : file.startsWith(place);
}

t.test('the check itself sees the sources', async (t) => {
  t.ok(inSrc.length > 40);
  t.ok(sources.some(({ file, imports }) => file === 'src/app.ts' && imports.includes('src/web/server.ts')));
});

t.test('only config.ts reads process.env', async (t) => {
  t.same(
    offenders(({ text }) => /\bprocess\.env\b/.test(text), 'src/core/config.ts'),
    [],
  );
});

t.test('only the runner spawns processes', async (t) => {
  t.same(
    offenders(({ imports }) => imports.includes('node:child_process'), 'src/runner/', 'src/workers/'),
    [],
  );
});

t.test('only web knows Fastify and Eta', async (t) => {
  const isWeb = (name: string) => name === 'fastify' || name === 'eta' || name.startsWith('@fastify/');
  t.same(
    offenders(
      ({ text, imports }) => imports.some(isWeb) && !/import type .* from 'fastify'/.test(text),
      'web',
    ),
    [],
  );
});

t.test('domain modules, scripts and the leaves never import web', async (t) => {
  const importsWeb = ({ imports }: Source) => imports.some((name) => isBelow(name, 'web'));
  // These take the services of the web until they take what they use.
  const bag = ['src/jobs/job-', 'src/queue/queue-view.ts', 'src/search/describe-entry.ts'];
  t.same(offenders(importsWeb, 'web', 'src/app.ts', ...bag), []);
  t.same(
    sources
      .filter(({ file }) => file.startsWith('scripts/') && !file.startsWith('scripts/bench/'))
      .filter(importsWeb),
    [],
  );
});

t.test('leaves import nothing but leaves', async (t) => {
  const leaves = ['config', 'errors', 'format', 'audit', 'bus', 'log'].map((name) => `src/core/${name}.ts`);
  for (const { file, text } of inSrc.filter((source) => leaves.includes(source.file))) {
    const values = [...text.matchAll(/^import (?!type )[^;]*? from '(\.[^']+)'/gms)].map(([, name = '']) =>
      path.join('src/core', name),
    );
    t.same(
      values.filter((name) => !leaves.includes(name)),
      [],
      file,
    );
  }
});

t.test('SQL stands in db, repositories and files that say so in their first line', async (t) => {
  const hasSql = ({ text }: Source) => /\.prepare\(|\.exec\(\s*['"`]/.test(text);
  const isNamed = ({ file }: Source) => file.endsWith('/repository.ts');
  const saysSo = ({ text }: Source) => /^(\/\/.*\n)*\/\/.*\b[Ss]tatements?\b/.test(text);
  t.same(
    offenders((source) => hasSql(source) && !isNamed(source) && !saysSo(source), 'src/core/db/'),
    [],
  );
});

t.test('HTTP statuses are named in web only', async (t) => {
  t.same(
    offenders(({ text }) => /\b(statusCode|httpStatus)\b|\.code\((2|3|4|5)\d\d\)/.test(text), 'web'),
    [],
  );
});

t.test('there are no cycles', async (t) => {
  const graph = new Map(inSrc.map(({ file, text }) => [file, valueImports(file, text)]));
  const cycles: string[] = [];
  const walk = (file: string, trail: string[]) => {
    if (trail.includes(file)) cycles.push([...trail.slice(trail.indexOf(file)), file].join(' > '));
    else for (const next of graph.get(file) ?? []) walk(next, [...trail, file]);
  };
  for (const file of ['src/main.ts']) walk(file, []);
  t.same(cycles, []);
});

function valueImports(file: string, text: string): string[] {
  return [...text.matchAll(/^import (?!type )[^;]*? from '(\.[^']+)'/gms)].map(([, name = '']) =>
    path.join(path.dirname(file), name),
  );
}

t.test('no file is longer than 300 lines', async (t) => {
  t.same(
    sources.filter(({ text }) => text.split('\n').length > 300).map(({ file }) => file),
    [],
  );
});

t.test('templates escape everything but what they include or is rendered already', async (t) => {
  const views = path.join(packageRoot, 'views');
  const files = fs
    .readdirSync(views, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.eta'));
  t.ok(files.length > 20);
  for (const name of files) {
    const raw = fs
      .readFileSync(path.join(views, name), 'utf8')
      .match(/<%~(?! *(include\(|it\.body|it\.rendered))[^%]*%>/g);
    t.equal(raw, null, name);
  }
});
