// How long files, functions, folders and the lines of templates may be.
import fs from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import type { Source, Violation } from './sources.ts';
import { eachNode, listFiles } from './sources.ts';

const fileMaxLines = 300;
const functionMaxLines = 59;
const folderMaxLines = 4500;
const medianMaxLines = 55;
const templateMaxColumns = 110;

export function findSizeViolations(sources: Source[]): Violation[] {
  const inSrc = sources.filter(({ file }) => file.startsWith('src/'));
  return [
    ...sources.flatMap(checkLength),
    ...sources.flatMap(checkFunctions),
    ...checkFolders(inSrc),
    ...checkMedian(inSrc),
  ];
}

function checkLength({ file, text }: Source): Violation[] {
  const lines = text.trimEnd().split('\n').length;
  if (lines <= fileMaxLines) return [];
  return [{ rule: `no file has over ${fileMaxLines} lines`, file, detail: `${lines} lines` }];
}

/** Blank lines do not count, those of functions within do. */
function checkFunctions(source: Source): Violation[] {
  const rule = `no function has over ${functionMaxLines} lines`;
  const found: Violation[] = [];
  for (const node of eachNode(source.tree)) {
    if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) continue;
    const lines = countLines(node.getText(source.tree));
    if (lines <= functionMaxLines) continue;
    found.push({ rule, file: source.file, detail: `${nameOf(node)}: ${lines} lines` });
  }
  return found;
}

function nameOf(node: ts.SignatureDeclaration): string {
  const named = node.name ?? ('name' in node.parent ? (node.parent.name as ts.Node | undefined) : undefined);
  return named?.getText() ?? 'anonymous';
}

function checkFolders(inSrc: Source[]): Violation[] {
  const sizes = new Map<string, number>();
  for (const { file, text } of inSrc) {
    const folder = file.split('/').slice(0, 2).join('/');
    if (folder !== file) sizes.set(folder, (sizes.get(folder) ?? 0) + countLines(text));
  }
  return [...sizes]
    .filter(([, lines]) => lines > folderMaxLines)
    .map(([file, lines]) => ({
      rule: `no folder has over ${folderMaxLines} lines`,
      file,
      detail: `${lines} lines`,
    }));
}

function checkMedian(inSrc: Source[]): Violation[] {
  const sizes = inSrc.map(({ text }) => countLines(text)).sort((a, b) => a - b);
  const median = sizes[Math.floor(sizes.length / 2)] ?? 0;
  if (median <= medianMaxLines) return [];
  return [
    { rule: `half of the files have ${medianMaxLines} lines at most`, file: 'src', detail: `${median}` },
  ];
}

function countLines(text: string): number {
  return text.split('\n').filter((line) => line.trim() !== '').length;
}

export function findTemplateViolations(root: string): Violation[] {
  return listFiles(root, 'views', /\.eta$/).flatMap((file) => {
    const lines = fs.readFileSync(path.join(root, file), 'utf8').split('\n');
    return lines.flatMap((line, at) => checkTemplateLine(file, line, `line ${at + 1}`));
  });
}

function checkTemplateLine(file: string, line: string, where: string): Violation[] {
  const found: Violation[] = [];
  const width = [...line].length;
  if (width > templateMaxColumns) {
    const rule = `no line of a template has over ${templateMaxColumns} columns`;
    found.push({ rule, file, detail: `${where}: ${width}` });
  }
  if (countBlocks(line) > 1) found.push({ rule: 'a template has one element a line', file, detail: where });
  return found;
}

/** Elements within a text share its line. */
const inline =
  /^(a|abbr|b|br|code|em|i|input|kbd|mark|option|q|s|small|span|strong|sub|sup|svg|time|use|var|wbr)$/;

/** Of a line with more than one opening tag, those that open a block. */
function countBlocks(line: string): number {
  const plain = line.replace(/<%.*?%>/g, '');
  return [...plain.matchAll(/<([a-z][a-z0-9-]*)/g)].filter(([, name = '']) => !inline.test(name)).length;
}
