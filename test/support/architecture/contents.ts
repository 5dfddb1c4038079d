// Lists the files that may contain process.env, HTTP statuses, SQL and bounded maps.
import ts from 'typescript';
import { kindOf } from './imports.ts';
import type { Source, Violation } from './sources.ts';
import { eachNode, lineOf, methodOf } from './sources.ts';

type ContentRule = {
  rule: string;
  isAllowedIn: (file: string) => boolean;
  /** Whether the node breaks the rule. */
  isBroken: (node: ts.Node) => boolean;
};

/** Benches, the chaos suite and development tools are separate processes outside the architecture. */
const isRig = (file: string) => kindOf(file) === 'rig';

const rules: ContentRule[] = [
  {
    rule: 'only core/config reads process.env',
    isAllowedIn: (file) => isRig(file) || /^src\/core\/config[^/]*(\/|\.ts$)/.test(file),
    isBroken: (node) => isEnvironment(node),
  },
  {
    rule: 'only web folders name HTTP statuses',
    isAllowedIn: (file) => isRig(file) || /^(web|feature web)$/.test(kindOf(file)),
    isBroken: (node) => isStatus(node),
  },
  {
    rule: 'only core/db and repositories write SQL',
    isAllowedIn: (file) =>
      isRig(file) || file.startsWith('src/core/db/') || /(repository|statements)[^/]*\.ts$/.test(file),
    isBroken: (node) => isSql(node),
  },
  {
    rule: 'every cache is made by core/cache',
    isAllowedIn: (file) => isRig(file) || file === 'src/core/cache.ts',
    isBroken: (node) => isBoundedMap(node),
  },
];

export function findContentViolations(sources: Source[]): Violation[] {
  return sources.flatMap((source) => {
    const open = rules.filter(({ isAllowedIn }) => !isAllowedIn(source.file));
    const found: Violation[] = [];
    for (const node of eachNode(source.tree)) {
      for (const { rule, isBroken } of open) {
        if (isBroken(node)) found.push({ rule, file: source.file, detail: show(source, node) });
      }
    }
    return found;
  });
}

function show(source: Source, node: ts.Node): string {
  return `line ${lineOf(source, node)}: ${node.getText(source.tree).slice(0, 60)}`;
}

function isEnvironment(node: ts.Node): boolean {
  if (ts.isPropertyAccessExpression(node)) return node.getText() === 'process.env';
  if (ts.isElementAccessExpression(node)) return /^process\[['"]env['"]\]$/.test(node.getText());
  if (ts.isVariableDeclaration(node) && node.initializer?.getText() === 'process') {
    return /\benv\b/.test(node.name.getText());
  }
  return (
    ts.isImportDeclaration(node) &&
    /^['"](node:)?process['"]$/.test(node.moduleSpecifier.getText()) &&
    /\benv\b/.test(node.importClause?.getText() ?? '')
  );
}

/** `reply.code(404)`, anything called statusCode, and a table of statuses. */
function isStatus(node: ts.Node): boolean {
  if (ts.isIdentifier(node)) return /^(statusCode|httpStatus)$/.test(node.text);
  if (ts.isCallExpression(node)) {
    return /^(code|status)$/.test(methodOf(node) ?? '') && isStatusNumber(node.arguments[0]);
  }
  if (!ts.isObjectLiteralExpression(node)) return false;
  const values = node.properties.filter(ts.isPropertyAssignment).map(({ initializer }) => initializer);
  return values.length > 1 && values.every(isStatusNumber);
}

function isStatusNumber(node: ts.Node | undefined): boolean {
  return node !== undefined && ts.isNumericLiteral(node) && /^[2-5]\d\d$/.test(node.text);
}

const statement =
  /^\s*(SELECT|INSERT (OR \w+ )?INTO|REPLACE INTO|UPDATE|DELETE FROM|CREATE|DROP|ALTER TABLE|PRAGMA|WITH|ATTACH|VACUUM|BEGIN|COMMIT|ROLLBACK)(\s|;|$)/;

/** Text that starts like a statement, and calls that take one. */
function isSql(node: ts.Node): boolean {
  if (ts.isStringLiteralLike(node)) return statement.test(node.text);
  if (ts.isTemplateExpression(node)) return statement.test(node.head.text);
  if (!ts.isCallExpression(node)) return false;
  const method = methodOf(node);
  if (method === 'prepare' || method === 'pragma') return true;
  const [first] = node.arguments;
  return method === 'exec' && first !== undefined && ts.isStringLiteralLike(first) && !isPattern(node);
}

/** `if (known.size >= max) known.clear()`, or one that deletes. */
function isBoundedMap(node: ts.Node): boolean {
  if (!ts.isIfStatement(node)) return false;
  const [, name] = /\b(\w+)\.size >=? /.exec(node.expression.getText()) ?? [];
  return (
    name !== undefined && new RegExp(`\\b${name}\\.(clear|delete)\\(`).test(node.thenStatement.getText())
  );
}

function isPattern({ expression }: ts.CallExpression): boolean {
  return ts.isPropertyAccessExpression(expression) && ts.isRegularExpressionLiteral(expression.expression);
}
