// Why a file that is there cannot be started, read from its first bytes: the interpreter of its `#!` line, Windows' line
// ends, a byte order mark, another file type. The system reports most of these as "not found".
import fs from 'node:fs';
import { findExecutable } from './executables.ts';

const headBytes = 4096;
const byteOrderMark = '\xef\xbb\xbf';

/** A sentence with the next step, or null when nothing is known against the start. `folders`: those of PATH. */
export function findStartObstacle(file: string, folders: string[]): string | null {
  const head = readHead(file);
  // An unreadable program can be executed, an unreadable script cannot; the system says which it is.
  if (head === null) return null;
  if (head === '') return `${file} is empty. Write the script, or fix the command in operations.yaml`;
  if (head.startsWith(byteOrderMark))
    return `${file} begins with a byte order mark, as Windows' editors write it. Save it as UTF-8 without BOM`;
  if (head.startsWith('\xff\xfe') || head.startsWith('\xfe\xff'))
    return `${file} is saved as UTF-16, as Windows' editors write it. Save it as UTF-8`;
  if (head.startsWith('#!')) return findScriptObstacle(file, head, folders);
  if (head.startsWith('\x7fELF')) return findLoaderObstacle(file, head);
  const [firstLine = ''] = head.split('\n');
  return firstLine.endsWith('\r') && !head.includes('\0') ? describeLineEnds(file) : null;
}

function findScriptObstacle(file: string, head: string, folders: string[]): string | null {
  const [line = ''] = head.slice(2).split('\n');
  if (line.endsWith('\r')) return describeLineEnds(file);
  const [interpreter = '', ...words] = line.trim().split(/\s+/);
  const fix = 'Install it, or fix the first line of the file';
  if (!interpreter) return `the first line of ${file} names no interpreter. Write e.g. #!/bin/sh`;
  const stat = fs.statSync(interpreter, { throwIfNoEntry: false });
  if (!stat) return `${file} needs the interpreter ${interpreter}, which does not exist. ${fix}`;
  if (!stat.isFile() || !findExecutable(interpreter, []))
    return `${file} needs the interpreter ${interpreter}, which cannot be executed. ${fix}`;
  if (!interpreter.endsWith('/env')) return null;
  const program = words.find((word) => !word.startsWith('-') && !word.includes('='));
  if (!program || findExecutable(program, folders)) return null;
  return `${file} needs the interpreter ${program}, which is not in PATH. ${fix}`;
}

function describeLineEnds(file: string): string {
  return `${file} has the line ends of Windows (CRLF), so its interpreter is not found. Run: sed -i 's/\\r$//' ${file}`;
}

/** ELF-64, little-endian: PT_INTERP (3) names the loader of a dynamic program. */
function findLoaderObstacle(file: string, head: string): string | null {
  const bytes = Buffer.from(head, 'latin1');
  if (bytes.length < 64 || bytes[4] !== 2 || bytes[5] !== 1) return null;
  const [table, size, count] = [
    Number(bytes.readBigUInt64LE(32)),
    bytes.readUInt16LE(54),
    bytes.readUInt16LE(56),
  ];
  for (let at = table; at < table + size * count && at + 40 <= bytes.length; at += size) {
    if (bytes.readUInt32LE(at) !== 3) continue;
    const [from, length] = [Number(bytes.readBigUInt64LE(at + 8)), Number(bytes.readBigUInt64LE(at + 32))];
    const loader = head.slice(from, from + length - 1);
    if (!loader.startsWith('/') || fs.existsSync(loader)) return null;
    return `${file} was built for another system: it needs ${loader}, which does not exist. Install a build for this one`;
  }
  return null;
}

/** In latin1, one character a byte. */
function readHead(file: string): string | null {
  let fd: number;
  try {
    fd = fs.openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    const head = Buffer.alloc(headBytes);
    return head.subarray(0, fs.readSync(fd, head, 0, headBytes, 0)).toString('latin1');
  } finally {
    fs.closeSync(fd);
  }
}
