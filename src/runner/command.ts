// The command of an operation: one of our compiled scripts, or the program of a custom operation.
import fs from 'node:fs';
import path from 'node:path';
import { packageRoot, searchPath } from '../core/config.ts';
import type { Operation } from '../core/operation.ts';
import { findInPath } from './executables.ts';
import { findStartObstacle } from './start-obstacle.ts';

/** The argument vector, and the variables passed on beyond the allow-list. Throws when there is no such program. */
export function commandOf({ script }: Operation): { argv: string[]; passedOn: string[] } {
  if (typeof script === 'string') return { argv: scriptCommand(script), passedOn: [] };
  const [program, ...rest] = script.command;
  const found = findInPath(program);
  const obstacle = found ? findStartObstacle(found, searchPath) : describeMissing(program);
  if (found === null || obstacle !== null) throw new Error(obstacle ?? '');
  return { argv: [found, ...rest], passedOn: script.env };
}

/** As `commandOf`; throws also when the folder in which it starts is not there: the system would report the script. */
export function commandIn(folder: string, operation: Operation) {
  const stat = fs.statSync(folder, { throwIfNoEntry: false });
  if (stat?.isDirectory()) return commandOf(operation);
  const what = stat ? 'is not a folder' : 'does not exist any more';
  throw new Error(
    `the data folder ${folder}, in which scripts start, ${what}. Put it back, then restart the server`,
  );
}

/** The argument vector of one of our own scripts, e.g. `import`, with options of Node. Throws when it is not compiled. */
export function scriptCommand(name: string, ...options: string[]): string[] {
  const file = path.join(packageRoot, 'dist/scripts', `${name}.js`);
  fs.accessSync(file, fs.constants.R_OK);
  return [process.execPath, ...options, file];
}

function describeMissing(program: string): string {
  if (/^[^/\s]+[\s|&;<>]/.test(program))
    return `there is no program ${JSON.stringify(program)}. A command is a list, the program and then its arguments; write a line of a shell as [sh, -c, "…"]`;
  if (program.startsWith('~'))
    return `${program} is not a path, since only a shell knows ~. Write the full path into operations.yaml`;
  if (!program.includes('/'))
    return `there is no program ${program} in PATH. Install it, or write its full path into operations.yaml`;
  let stat: fs.Stats | undefined;
  try {
    stat = fs.statSync(program, { throwIfNoEntry: false });
  } catch (error) {
    return `${program} cannot be reached (${(error as NodeJS.ErrnoException).code}). Check the folders of this path`;
  }
  if (!stat) return describeNoFile(program);
  if (stat.isDirectory()) return `${program} is a folder. Fix the command in operations.yaml`;
  if (!stat.isFile()) return `${program} is not a file. Fix the command in operations.yaml`;
  if ((stat.mode & 0o111) !== 0)
    return `${program} may not be executed by this user, or lies on a file system that is mounted noexec`;
  return `${program} is not executable. Run: chmod +x ${program}`;
}

function describeNoFile(program: string): string {
  const link = fs.lstatSync(program, { throwIfNoEntry: false });
  if (link) return `${program} is a link to ${fs.readlinkSync(program)}, which does not exist. Fix the link`;
  const hint = program.startsWith('/') ? '' : `; a path relative to operations.yaml begins with ./`;
  return `there is no file ${program}. Create it, or fix the command in operations.yaml${hint}`;
}
