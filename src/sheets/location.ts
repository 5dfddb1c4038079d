// Where sheets may be read and written. Every path that comes from outside passes here, with its symbolic
// links resolved, before a file is opened; nothing that is not a sheet is ever written over.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { previousPlace, writingPlace } from './swap.ts';
import { tabFiles } from './tabs.ts';

type SheetUse = 'read' | 'write';
export type SheetName = 'published' | 'review';

type Found = { place: string } | { message: string };

/** The folder of a named sheet, not yet resolved. */
export function sheetPlace(config: Config, name: SheetName): string {
  return path.join(config.root, 'sheets', name);
}

/** The folder that `given` (absolute, or relative to the data root) leads to. Throws `invalid_arguments`
 *  with a problem for the field `path`. */
export function resolveSheetPath(config: Config, given: string, use: SheetUse): string {
  const found = findSheetPath(config, given, use);
  if ('place' in found) return found.place;
  throw new AppError('invalid_arguments', found.message, {
    problems: [{ field: 'path', message: found.message }],
  });
}

/** Arguments with `path`, if there is one, in the one spelling of its folder: locks and records go by it. */
export function withOnePath<Args extends { path?: unknown }>(
  config: Config,
  args: Args,
  use: SheetUse,
): Args {
  if (args.path === undefined) return args;
  return { ...args, path: pathInRoot(config, resolveSheetPath(config, String(args.path), use)) };
}

/** A sheet as arguments name it: a folder, or else a named sheet. */
export type SheetChoice = { name: SheetName; path?: string | undefined };

/** The folder of a chosen sheet. The server has resolved it when it took the job, but links may have changed since. Throws
 *  `bad_input` with the code `path_not_allowed`. */
export function openSheet(config: Config, { name, path: chosen }: SheetChoice, use: SheetUse): string {
  const found = findSheetPath(config, chosen ?? sheetPlace(config, name), use);
  if ('place' in found) return found.place;
  throw new AppError('bad_input', found.message, { code: 'path_not_allowed', problems: [], total: 0 });
}

/** Whether a file with this real path may be read as part of a sheet. */
export function mayRead(config: Config, realPath: string): boolean {
  return allowedRoots(config, 'read').some((root) => isInside(root, realPath));
}

/** Relative to the data root when inside it, as the argument `path` may be; else as it is. */
export function pathInRoot(config: Config, absolute: string): string {
  const root = [config.root, realPathOf(config.root)].find((folder) => isInside(folder, absolute));
  return root === undefined ? absolute : path.relative(root, absolute) || '.';
}

/** A path as people are shown it: relative to the data root, or with `~` for the home folder. */
export function shownPath(config: Config, absolute: string): string {
  const home = os.homedir();
  const inRoot = pathInRoot(config, absolute);
  return path.isAbsolute(inRoot) && isInside(home, inRoot)
    ? path.join('~', path.relative(home, inRoot))
    : inRoot;
}

function findSheetPath(config: Config, given: string, use: SheetUse): Found {
  if (given.trim() === '' || given.includes('\0'))
    return { message: 'The path is empty; name the folder of a sheet.' };
  try {
    const place = realPathOf(path.resolve(config.root, given));
    const message = whyNotAllowed(config, given, place, use) ?? whyNotUsable(config, place, use);
    return message === null ? { place } : { message };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { message: `“${given}” cannot be opened (${code}). Choose another path.` };
  }
}

function whyNotAllowed(config: Config, given: string, place: string, use: SheetUse): string | null {
  const roots = allowedRoots(config, use);
  if (roots.some((root) => isInside(root, place) && (use === 'read' || root !== place))) return null;
  const isLinked = path.resolve(config.root, given) !== place;
  const found = isLinked ? `“${given}” leads to ${shownPath(config, place)}, which is` : `“${given}” is`;
  const allowed = listed(roots.map((root) => shownPath(config, root)));
  return `${found} not allowed. ${use === 'read' ? 'Sheets are read from' : 'A sheet is written to a folder in'} ${allowed}.`;
}

function whyNotUsable(config: Config, place: string, use: SheetUse): string | null {
  const reason = use === 'read' ? whyUnreadable(place) : whyNotWritable(config, place);
  return reason === null ? null : `${shownPath(config, place)} ${reason}`;
}

function allowedRoots(config: Config, use: SheetUse): string[] {
  const own = use === 'read' ? ['sheets', 'uploads'] : ['sheets'];
  return [...own.map((name) => path.join(config.root, name)), ...config.importRoots].map(realPathOf);
}

function whyUnreadable(place: string): string | null {
  const stat = fs.statSync(place, { throwIfNoEntry: false });
  if (!stat)
    return `does not exist. Create the folder with ${listed(tabFiles)} in it, or choose another path.`;
  if (!stat.isDirectory()) return `is not a folder. A sheet is a folder with ${listed(tabFiles)} in it.`;
  return null;
}

function whyNotWritable(config: Config, place: string): string | null {
  if (/\.(previous|writing)$/.test(place)) {
    return 'is a name that export needs for itself. Choose a name that does not end in .previous or .writing.';
  }
  const ours = path.join(realPathOf(config.root), 'sheets');
  const isInRoot = isInside(realPathOf(config.root), place) && !isInside(realPathOf(ours), place);
  if (isInRoot || touchesOurFiles(config, place)) {
    return 'belongs to the databases, the index or other files of this program. Choose a folder in sheets.';
  }
  return (
    whyNotASheet(place, 'is') ??
    whyNotASheet(previousPlace(place), 'has a previous version that is') ??
    whyNotASheet(writingPlace(place), 'has an unfinished version that is')
  );
}

/** SQLite's own files begin with the database's name. */
function touchesOurFiles(config: Config, place: string): boolean {
  return [config.databasePath, config.opsDatabasePath, config.indexFolder]
    .map(realPathOf)
    .some((file) => isInside(place, file) || place.startsWith(file));
}

/** A folder that holds tabs and nothing else is a sheet, and so is an empty one, or none yet. */
function whyNotASheet(place: string, subject: string): string | null {
  const stat = fs.lstatSync(place, { throwIfNoEntry: false });
  if (!stat) return null;
  if (!stat.isDirectory()) return `${subject} a file, not a folder. Choose a folder for the sheet.`;
  const others = fs
    .readdirSync(place, { withFileTypes: true })
    .filter((entry) => !entry.isFile() || !tabFiles.includes(entry.name))
    .map((entry) => entry.name);
  if (others.length === 0) return null;
  return `${subject} not a sheet: it also holds ${listed(others.slice(0, 5))}. Move that away, or choose another folder.`;
}

/** The real path, also of what does not exist yet, and of what a link to nowhere would make. */
function realPathOf(absolute: string): string {
  try {
    return fs.realpathSync(absolute);
  } catch (error) {
    const parent = path.dirname(absolute);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === absolute) throw error;
    const isLink = fs.lstatSync(absolute, { throwIfNoEntry: false })?.isSymbolicLink();
    if (isLink) return realPathOf(path.resolve(parent, fs.readlinkSync(absolute)));
    return path.join(realPathOf(parent), path.basename(absolute));
  }
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === '' || (relative !== '..' && !relative.startsWith('../') && !path.isAbsolute(relative));
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
