// Parses the source files below `src` and `scripts` with the compiler, and collects their imports.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export type Import = {
  /** A path from the root, or the name of a package. */
  target: string;
  isInside: boolean;
  isTypeOnly: boolean;
  /** Whether it starts a thread or process. */
  isStart: boolean;
  /** Whether it is loaded only where the code comes to it: `await import(…)`. */
  isLater: boolean;
};
export type Source = { file: string; text: string; tree: ts.SourceFile; imports: Import[] };
export type Violation = { rule: string; file: string; detail: string };

export function readSources(root: string): Source[] {
  const files = ['src', 'scripts'].flatMap((folder) => listFiles(root, folder, /\.(ts|mjs|js)$/));
  const known = new Set(files);
  return files.map((file) => {
    const text = fs.readFileSync(path.join(root, file), 'utf8');
    const tree = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
    return { file, text, tree, imports: findImports(file, tree, known) };
  });
}

/** Sorted paths from the root; none when the folder is missing. */
function listFiles(root: string, folder: string, pattern: RegExp): string[] {
  const top = path.join(root, folder);
  if (!fs.existsSync(top)) return [];
  return fs
    .readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Every node below `tree`, parents before their children. */
export function* eachNode(tree: ts.Node): Generator<ts.Node> {
  const open: ts.Node[] = [tree];
  for (let node = open.pop(); node; node = open.pop()) {
    yield node;
    const children: ts.Node[] = [];
    ts.forEachChild(node, (child) => {
      children.push(child);
    });
    open.push(...children.reverse());
  }
}

/** The method's name: `emit` of `bus.emit('job')`. */
export function methodOf(node: ts.CallExpression): string | null {
  return ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : null;
}

export function lineOf(source: Source, node: ts.Node): number {
  return source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line + 1;
}

function findImports(file: string, tree: ts.SourceFile, known: Set<string>): Import[] {
  const found: Import[] = [];
  for (const node of eachNode(tree)) {
    const named = readImport(node);
    if (!named) continue;
    const isInside = named.name.startsWith('.');
    const target = isInside ? toSource(path.join(path.dirname(file), named.name), known) : named.name;
    const isStart = ts.isNewExpression(node);
    found.push({
      target,
      isInside,
      isTypeOnly: named.isTypeOnly,
      isStart,
      isLater: ts.isCallExpression(node),
    });
  }
  return found;
}

/** Reads static and dynamic imports, `export … from`, import types, and modules started by URL. */
function readImport(node: ts.Node): { name: string; isTypeOnly: boolean } | null {
  if (ts.isImportDeclaration(node)) return named(node.moduleSpecifier, isTypeImport(node));
  if (ts.isExportDeclaration(node)) return named(node.moduleSpecifier, node.isTypeOnly);
  if (ts.isImportTypeNode(node)) {
    return named(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true);
  }
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return named(node.arguments[0], false);
  }
  if (ts.isNewExpression(node) && isUrlOfModule(node)) return named(node.arguments?.[0], false);
  return null;
}

function named(node: ts.Node | undefined, isTypeOnly: boolean) {
  return node && ts.isStringLiteralLike(node) ? { name: node.text, isTypeOnly } : null;
}

function isTypeImport({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const { name, namedBindings } = importClause;
  if (name || !namedBindings || !ts.isNamedImports(namedBindings)) return false;
  return namedBindings.elements.length > 0 && namedBindings.elements.every(({ isTypeOnly }) => isTypeOnly);
}

/** `new URL('./thread.js', import.meta.url)`; a URL of a folder or data file is not an import. */
function isUrlOfModule({ expression, arguments: given }: ts.NewExpression): boolean {
  const [first, second] = given ?? [];
  if (!ts.isIdentifier(expression) || expression.text !== 'URL' || !first || !second) return false;
  const isModule = ts.isStringLiteralLike(first) && /^\..*\.(ts|js|mjs)$/.test(first.text);
  return isModule && second.getText() === 'import.meta.url';
}

/** Maps the compiled file of a URL to its source. */
function toSource(target: string, known: Set<string>): string {
  const typed = target.replace(/\.js$/, '.ts');
  return !known.has(target) && known.has(typed) ? typed : target;
}
