// Import directions: the table of ARCHITECTURE.md, the order of features, and no cycles.
import ts from 'typescript';
import type { Import, Source, Violation } from './sources.ts';
import { eachNode } from './sources.ts';

type Kind =
  | 'process'
  | 'cli'
  | 'app'
  | 'features'
  | 'list'
  | 'core'
  | 'format'
  | 'web'
  | 'declaration'
  | 'feature web'
  | 'domain'
  | 'script'
  | 'rig'
  | 'unplaced';

/** The kinds that a file of each kind may import, including types. */
const mayImport: Record<Kind, Kind[] | 'all'> = {
  core: ['core'],
  format: ['core', 'format'],
  web: ['core', 'web'],
  domain: ['core', 'format', 'domain', 'declaration'],
  'feature web': ['core', 'format', 'web', 'domain', 'declaration', 'feature web'],
  declaration: ['core', 'format', 'web', 'domain', 'declaration', 'feature web'],
  features: ['core', 'web', 'declaration'],
  list: ['core', 'domain', 'list'],
  app: ['core', 'web', 'domain', 'declaration', 'features', 'list'],
  cli: ['core', 'format', 'domain', 'declaration', 'list', 'app', 'cli'],
  process: ['core', 'domain', 'app', 'cli', 'process'],
  script: ['core', 'format', 'domain', 'script'],
  rig: 'all',
  unplaced: 'all',
};

/** Packages that only some files may import. */
const packageRules = [
  {
    rule: 'only web folders know Fastify and Eta',
    packages: /^(fastify|eta|@fastify\/.*)$/,
    isAllowed: (file: string, isTypeOnly: boolean) =>
      /^(web|feature web|rig)$/.test(kindOf(file)) ||
      (isTypeOnly && /^(declaration|app)$/.test(kindOf(file))),
  },
  {
    rule: 'only runner and workers start processes',
    packages: /^(node:)?child_process$/,
    isAllowed: (file: string, isTypeOnly: boolean) =>
      isTypeOnly || kindOf(file) === 'rig' || /^src\/(runner|workers)\//.test(file),
  },
  {
    rule: 'only core/db/driver loads better-sqlite3',
    packages: /^better-sqlite3/,
    isAllowed: (_file: string, isTypeOnly: boolean) => isTypeOnly,
  },
];

export function kindOf(file: string): Kind {
  const [top, folder = '', second = ''] = file.split('/');
  if (top === 'scripts')
    return /^(bench|cases|chaos|workbooks)$/.test(folder) || file.endsWith('.mjs') ? 'rig' : 'script';
  if (/^(main|serve)\.ts$/.test(folder)) return 'process';
  if (folder === 'cli' || folder === 'cli.ts') return 'cli';
  if (folder === 'app.ts') return 'app';
  if (folder === 'features.ts') return 'features';
  if (/^declared-\w+\.ts$/.test(folder)) return 'list';
  if (folder === 'core') return 'core';
  if (['csv', 'zip', 'xlsx', 'google', 'job-log'].includes(folder)) return 'format';
  if (folder === 'web') return 'web';
  if (second === '') return 'unplaced';
  if (second === 'web') return 'feature web';
  return second === 'feature.ts' ? 'declaration' : 'domain';
}

/** The folder of a feature's file; null for any other file. */
function featureOf(file: string): string | null {
  const isFeature = ['declaration', 'feature web', 'domain'].includes(kindOf(file));
  return isFeature ? (file.split('/')[1] ?? null) : null;
}

export function findImportViolations(sources: Source[]): Violation[] {
  return [
    ...sources.flatMap((source) => source.imports.flatMap((wanted) => checkImport(source, wanted))),
    ...checkFeatures(sources),
    ...findCycles(new Map(sources.map(({ file, imports }) => [file, targetsOf(imports)])), 'no cycles'),
    ...findCycles(graphOfFeatures(sources), 'no cycles between features'),
    ...sources
      .filter(({ file }) => kindOf(file) === 'unplaced')
      .map(({ file }) => ({ rule: 'every file has a place in ARCHITECTURE.md', file, detail: '' })),
    ...findLoaded(sources),
  ];
}

function checkImport({ file }: Source, { target, isInside, isTypeOnly }: Import): Violation[] {
  if (!isInside) {
    return packageRules
      .filter(({ packages, isAllowed }) => packages.test(target) && !isAllowed(file, isTypeOnly))
      .map(({ rule }) => ({ rule, file, detail: target }));
  }
  const from = kindOf(file);
  if (!/^(src|scripts)\//.test(target)) return [];
  const allowed = mayImport[from];
  const to = kindOf(target);
  if (allowed !== 'all' && !allowed.includes(to)) {
    return [{ rule: `${from} never imports ${to}`, file, detail: target }];
  }
  const isOther = featureOf(file) !== featureOf(target);
  if (to !== 'feature web' || !isOther || allowed === 'all') return [];
  return [{ rule: "no feature imports another's web", file, detail: target }];
}

/** A feature must be in the list, and may import only features before it. */
function checkFeatures(sources: Source[]): Violation[] {
  const list = sources.find(({ file }) => file === 'src/features.ts');
  const order = list ? readOrder(list) : [];
  const declared = sources.filter(({ file }) => kindOf(file) === 'declaration');
  const missing = declared.filter(({ file }) => !order.includes(featureOf(file) ?? ''));
  return [
    ...missing.map(({ file }) => ({ rule: 'features.ts lists every feature', file, detail: '' })),
    ...sources.flatMap(({ file, imports }) => {
      const at = order.indexOf(featureOf(file) ?? '');
      const later = imports.filter(({ target }) => order.indexOf(featureOf(target) ?? '') > at);
      if (at < 0) return [];
      return later.map(({ target }) => ({
        rule: 'a feature imports earlier ones only',
        file,
        detail: target,
      }));
    }),
  ];
}

/** The feature folders in the order of the first array whose elements are imported from `./<folder>/feature.ts`. */
function readOrder({ tree }: Source): string[] {
  const folders = new Map<string, string>();
  for (const node of tree.statements) {
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) continue;
    const folder = /^\.\/([^/]+)\/feature\.ts$/.exec(node.moduleSpecifier.text)?.[1];
    const bindings = node.importClause?.namedBindings;
    if (!folder || !bindings || !ts.isNamedImports(bindings)) continue;
    for (const { name } of bindings.elements) folders.set(name.text, folder);
  }
  for (const node of eachNode(tree)) {
    if (!ts.isArrayLiteralExpression(node)) continue;
    const named = node.elements.map((element) => folders.get(element.getText()));
    if (named.some(Boolean)) return named.filter((folder) => folder !== undefined);
  }
  return [];
}

/** One violation for each group of files that reach one another, with its shortest cycle. */
function findCycles(graph: Map<string, string[]>, rule: string): Violation[] {
  const found: Violation[] = [];
  const seen = new Set<string>();
  for (const file of graph.keys()) {
    if (seen.has(file)) continue;
    const path = findPath(graph, graph.get(file) ?? [], (target) => target === file);
    if (!path) continue;
    for (const other of graph.keys()) if (isReached(graph, file, other)) seen.add(other);
    found.push({ rule, file, detail: [file, ...path].join(' > ') });
  }
  return found;
}

/** Whether both files reach each other, so that they are in the same group. */
function isReached(graph: Map<string, string[]>, file: string, other: string): boolean {
  const reaches = (from: string, to: string) => findPath(graph, graph.get(from) ?? [], (step) => step === to);
  return reaches(file, other) !== null && reaches(other, file) !== null;
}

function graphOfFeatures(sources: Source[]): Map<string, string[]> {
  const graph = new Map<string, string[]>();
  for (const { file, imports } of sources) {
    const feature = featureOf(file);
    if (!feature) continue;
    const others = targetsOf(imports).flatMap((target) => featureOf(target) ?? []);
    graph.set(feature, [...(graph.get(feature) ?? []), ...others.filter((other) => other !== feature)]);
  }
  return graph;
}

function targetsOf(imports: Import[]): string[] {
  return imports.filter(({ isInside }) => isInside).map(({ target }) => target);
}

/** Finds scripts and threads, and parts of the command line, that load Fastify or the validator indirectly, which is as slow
 *  as a direct import. Some may load it later, when they need it. */
function findLoaded(sources: Source[]): Violation[] {
  const isCode = ({ isTypeOnly, isStart }: Import) => !isTypeOnly && !isStart;
  const threads = new Set(
    sources.flatMap(({ imports }) => targetsOf(imports.filter(({ isStart }) => isStart))),
  );
  const graphOf = (isLoaded: (wanted: Import) => boolean) =>
    new Map(sources.map(({ file, imports }) => [file, targetsOf(imports.filter(isLoaded))]));
  const everything = graphOf(isCode);
  const atStart = graphOf((wanted) => isCode(wanted) && !wanted.isLater);
  const isScript = (file: string) => kindOf(file) === 'script' || threads.has(file);
  const isCli = (file: string) => kindOf(file) === 'cli';
  const isWeb = (file: string) => /web$/.test(kindOf(file));
  const isValidator = (file: string) => file === 'src/core/check-arguments.ts';
  return [
    ...findLoads('no script or thread loads web', everything, isScript, isWeb),
    ...findLoads('the command line loads no web', atStart, isCli, isWeb),
    ...findLoads('no script or thread loads the validator', atStart, isScript, isValidator),
  ];
}

/** A direct import that the table forbids is already reported. */
function findLoads(
  rule: string,
  graph: Map<string, string[]>,
  isStart: (file: string) => boolean,
  isUnwanted: (file: string) => boolean,
): Violation[] {
  return [...graph].flatMap(([file, targets]) => {
    const path = isStart(file) ? findPath(graph, targets, isUnwanted) : null;
    if (!path || (path.length === 1 && !mayImport[kindOf(file)].includes(kindOf(path[0] ?? '')))) return [];
    return [{ rule, file, detail: path.join(' > ') }];
  });
}

/** The shortest path from one of `starts` to a wanted file, both included. */
function findPath(graph: Map<string, string[]>, starts: string[], isWanted: (file: string) => boolean) {
  const from = new Map<string, string | null>(starts.map((file) => [file, null]));
  for (const file of from.keys()) {
    if (isWanted(file)) return pathTo(from, file);
    for (const next of graph.get(file) ?? []) if (!from.has(next)) from.set(next, file);
  }
  return null;
}

function pathTo(from: Map<string, string | null>, file: string): string[] {
  const before = from.get(file);
  return before ? [...pathTo(from, before), file] : [file];
}
