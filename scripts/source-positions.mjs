// Replaces positions in compiled files by those in their sources, in the output of a failed test. The tests run without
// Node's own source maps, because reading a map for each module takes a tenth of the time of a test file.
import fs from 'node:fs';
import { SourceMap } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** In stacks, and in the diagnostics of TAP. */
const inStack = /([^\s()'"]+\.js):(\d+):(\d+)/g;
const inDiagnostics = /\b(fileName: )(\S+\.js)(\n +lineNumber: )(\d+)(\n +columnNumber: )(\d+)/g;

export function mapPositions(text) {
  const maps = new Map();
  return text
    .replaceAll(inStack, (all, file, line, column) => {
      const source = find(file, line, column);
      return source ? `${source.file}:${source.line}:${source.column}` : all;
    })
    .replaceAll(inDiagnostics, (all, inFile, file, inLine, line, inColumn, column) => {
      const source = find(file, line, column);
      return source ? inFile + source.file + inLine + source.line + inColumn + source.column : all;
    });

  function find(file, line, column) {
    const compiled = path.resolve(file.startsWith('file:') ? fileURLToPath(file) : file);
    if (!maps.has(compiled)) maps.set(compiled, readMap(`${compiled}.map`));
    const entry = maps.get(compiled)?.findEntry(Number(line) - 1, Number(column) - 1);
    if (!entry?.originalSource) return null;
    const source = path.resolve(path.dirname(compiled), entry.originalSource);
    return {
      file: path.relative('.', source),
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  }
}

/** The lines around a position in a source, marked below it; undefined without such a file. */
export function readAround({ fileName = '', lineNumber, columnNumber }) {
  if (!fs.existsSync(fileName)) return undefined;
  const lines = fs.readFileSync(fileName, 'utf8').split('\n');
  const before = lines.slice(Math.max(lineNumber - 3, 0), lineNumber);
  return [...before, `${'-'.repeat(columnNumber - 1)}^`, ...lines.slice(lineNumber, lineNumber + 3)].join(
    '\n',
  );
}

function readMap(file) {
  return fs.existsSync(file) ? new SourceMap(JSON.parse(fs.readFileSync(file, 'utf8'))) : null;
}
