// Why a file that is there cannot be started, read from its first bytes: the interpreter of its `#!` line, Windows' line
// ends, a byte order mark, another file type. The system reports most of these as "not found".
import fs from 'node:fs';
import path from 'node:path';
import { shorten } from '../core/shorten.ts';
import { findBinaryObstacle } from './binary-obstacle.ts';
import { findExecutable } from './executables.ts';

const headBytes = 4096;
const byteOrderMark = '\xef\xbb\xbf';
/** An interpreter may be a script itself; the kernel follows this many. */
const maxScripts = 4;
/** A shell would run such a file as its own script. */
const interpreters: Record<string, string> = {
  '.js': 'node',
  '.mjs': 'node',
  '.php': 'php',
  '.pl': 'perl',
  '.py': 'python3',
  '.rb': 'ruby',
};

/** A sentence with the next step, or null when nothing is known against the start. `folders`: those of PATH. */
export function findStartObstacle(file: string, folders: string[], depth = 1): string | null {
  const head = readHead(file);
  // An unreadable program can be executed, an unreadable script cannot; the system says which it is.
  if (head === null || depth > maxScripts) return null;
  if (head === '') return `${file} is empty. Write the script, or fix the command in operations.yaml`;
  if (head.startsWith(byteOrderMark))
    return `${file} begins with a byte order mark, as Windows' editors write it. Save it as UTF-8 without BOM`;
  if (head.startsWith('\xff\xfe') || head.startsWith('\xfe\xff'))
    return `${file} is saved as UTF-16, as Windows' editors write it. Save it as UTF-8`;
  if (head.startsWith('#!')) return findScriptObstacle(file, head, folders, depth);
  if (head.includes('\0')) return findBinaryObstacle(file, head);
  const [firstLine = ''] = head.split('\n');
  if (firstLine.endsWith('\r')) return describeLineEnds(file);
  if (/^\s+#!/.test(head)) return `${file} has blanks before its first line. Remove all before #!`;
  const interpreter = interpreters[path.extname(file)];
  if (!interpreter) return null;
  return `${file} names no interpreter. Write as its first line: #!/usr/bin/env ${interpreter}`;
}

function findScriptObstacle(file: string, head: string, folders: string[], depth: number): string | null {
  const [line = ''] = head.slice(2).split('\n');
  if (line.endsWith('\r')) return describeLineEnds(file);
  const [interpreter = '', ...words] = line.trim().split(/\s+/);
  const fix = 'Install it, or fix the first line of the file';
  if (!interpreter) return `the first line of ${file} names no interpreter. Write e.g. #!/bin/sh`;
  const needs = `${file} needs the interpreter ${shorten(interpreter, 100)}`;
  if (!isThere(interpreter)) return `${needs}, which does not exist. ${fix}`;
  if (!findExecutable(interpreter, [])) return `${needs}, which cannot be executed. ${fix}`;
  if (!interpreter.endsWith('/env')) return findStartObstacle(interpreter, folders, depth + 1);
  return findEnvObstacle(file, words, folders);
}

/** `env` finds the program in PATH; the kernel gives it all words as one unless -S splits them. */
function findEnvObstacle(file: string, words: string[], folders: string[]): string | null {
  const [first = ''] = words;
  const isSplit = /^(-\w*S|--split-string)/.test(first);
  if (words.length > 1 && !isSplit && process.platform === 'linux')
    return `the first line of ${file} gives env more than one word. Write: #!/usr/bin/env -S ${words.join(' ')}`;
  const program =
    words[words.findIndex((word, at) => !isOfEnv(word) && !/^-[uC]$/.test(words[at - 1] ?? ''))];
  if (!program || findExecutable(program, folders)) return null;
  return `${file} needs the interpreter ${shorten(program, 100)}, which is not in PATH. Install it, or fix the first line of the file`;
}

/** An option or a variable, of which -u and -C have their value in the next word. */
function isOfEnv(word: string): boolean {
  return word.startsWith('-') || word.includes('=');
}

/** False also for a name that the system does not accept. */
function isThere(file: string): boolean {
  return !file.includes('\0') && fs.existsSync(file);
}

function describeLineEnds(file: string): string {
  return `${file} has the line ends of Windows (CRLF), so its interpreter is not found. Run: sed -i 's/\\r$//' ${file}`;
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
