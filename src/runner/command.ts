// The command of an operation: one of our compiled scripts, or the program of a custom operation.
import fs from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../core/config.ts';
import type { Operation } from '../core/operation.ts';
import { findInPath } from './executables.ts';

/** The argument vector, and the variables passed on beyond the allow-list. Throws when there is no such program. */
export function commandOf({ script }: Operation): { argv: string[]; passedOn: string[] } {
  if (typeof script === 'string') return { argv: scriptCommand(script), passedOn: [] };
  const [program, ...rest] = script.command;
  const found = findInPath(program);
  if (found) return { argv: [found, ...rest], passedOn: script.env };
  throw new Error(describeMissing(program));
}

/** The argument vector of one of our own scripts, e.g. `import`, with options of Node. Throws when it is not compiled. */
export function scriptCommand(name: string, ...options: string[]): string[] {
  const file = path.join(packageRoot, 'dist/scripts', `${name}.js`);
  fs.accessSync(file, fs.constants.R_OK);
  return [process.execPath, ...options, file];
}

function describeMissing(program: string): string {
  if (!program.includes('/'))
    return `there is no program ${program} in PATH. Install it, or write its full path into operations.yaml`;
  const stat = fs.statSync(program, { throwIfNoEntry: false });
  if (!stat) return `there is no file ${program}. Create it, or fix the command in operations.yaml`;
  if (!stat.isFile()) return `${program} is not a file. Fix the command in operations.yaml`;
  return `${program} is not executable. Run: chmod +x ${program}`;
}
