// The files that a person names on the command line: files, or a folder whose CSV files are meant.
import fs from 'node:fs';
import path from 'node:path';
import { invalidArguments } from '../core/arguments.ts';
import { typedIn } from '../core/config.ts';
import { explain } from '../core/faults.ts';

/** Absolute paths of readable files. Throws `invalid_arguments`. */
export function findGivenFiles(words: string[]): string[] {
  const paths = words.map((word) => path.resolve(typedIn ?? '', word));
  const [first = ''] = paths;
  if (paths.length !== 1 || !isFolder(first)) return paths.map(assertReadable);
  const names = fs.readdirSync(first).filter((name) => /^[^.].*\.(csv|tsv|tab|txt)$/i.test(name));
  if (names.length > 0) return names.sort().map((name) => assertReadable(path.join(first, name)));
  throw refuse(`${first} has no CSV file. Name a workbook, a ZIP, CSV files, or their folder.`);
}

function isFolder(file: string): boolean {
  return fs.statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}

function assertReadable(file: string): string {
  try {
    fs.accessSync(file, fs.constants.R_OK);
  } catch (error) {
    throw refuse(explain(error, file));
  }
  if (isFolder(file)) throw refuse(`${file} is a folder. Name it alone, or name the files in it.`);
  return file;
}

function refuse(message: string) {
  return invalidArguments([{ field: 'sheet', message }]);
}
