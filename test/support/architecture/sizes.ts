// The maximum lengths of files, functions and folders.
import ts from 'typescript';
import type { Source, Violation } from './sources.ts';
import { eachNode } from './sources.ts';

const fileMaxLines = 300;
const functionMaxLines = 59;
const folderMaxLines = 4500;
/** Of src/core with its folders, which also count by themselves, without the declarations of tables and settings. */
const coreMaxLines = 5900;
const medianMaxLines = 55;
/** The formatter leaves comments as they are. */
const commentMaxColumns = 132;

export function findSizeViolations(sources: Source[]): Violation[] {
  const inSrc = sources.filter(({ file }) => file.startsWith('src/'));
  return [
    ...sources.flatMap(checkLength),
    ...sources.flatMap(checkFunctions),
    ...sources.flatMap(checkComments),
    ...checkFolders(inSrc),
    ...checkMedian(inSrc),
  ];
}

function checkLength({ file, text }: Source): Violation[] {
  const lines = text.trimEnd().split('\n').length;
  if (lines <= fileMaxLines) return [];
  return [{ rule: `no file has over ${fileMaxLines} lines`, file, detail: `${lines} lines` }];
}

/** Blank lines do not count; the lines of nested functions do. */
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

/** Lines that are a comment; the formatter wraps the code before any other. */
function checkComments({ file, text }: Source): Violation[] {
  const rule = `no comment is wider than ${commentMaxColumns} columns`;
  return text.split('\n').flatMap((line, at) => {
    const isWide = /^\s*(\/\/|\/?\*)/.test(line) && line.length > commentMaxColumns;
    return isWide ? [{ rule, file, detail: `line ${at + 1}: ${line.length} columns` }] : [];
  });
}

function nameOf(node: ts.SignatureDeclaration): string {
  const named = node.name ?? ('name' in node.parent ? (node.parent.name as ts.Node | undefined) : undefined);
  return named?.getText() ?? 'anonymous';
}

/** A folder of src; one within src/core counts by itself. */
function folderOf(file: string): string {
  return file
    .split('/')
    .slice(0, -1)
    .slice(0, file.startsWith('src/core/') ? 3 : 2)
    .join('/');
}

const isDeclaration = (file: string) => /-schema\.ts$|\/settings\/declared[a-z-]*\.ts$/.test(file);

function checkFolders(inSrc: Source[]): Violation[] {
  const sizes = new Map<string, number>();
  for (const { file, text } of inSrc) {
    const folder = folderOf(file);
    if (folder !== 'src') sizes.set(folder, (sizes.get(folder) ?? 0) + countLines(text));
  }
  const inCore = inSrc.filter(({ file }) => file.startsWith('src/core/') && !isDeclaration(file));
  const coreLines = inCore.reduce((sum, { text }) => sum + countLines(text), 0);
  return [
    ...[...sizes].flatMap(([folder, lines]) => judgeFolder('no folder', folder, lines, folderMaxLines)),
    ...judgeFolder('core with its folders never', 'src/core', coreLines, coreMaxLines),
  ];
}

function judgeFolder(subject: string, file: string, lines: number, maxLines: number): Violation[] {
  if (lines <= maxLines) return [];
  return [{ rule: `${subject} has over ${maxLines} lines`, file, detail: `${lines} lines` }];
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
