// Decides where sheets may be read and written: every path from outside is checked here, with its links resolved.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { invalidArguments } from '../core/arguments.ts';
import { AppError, badInput } from '../core/errors.ts';
import { formatList } from '../core/format.ts';
import type { Args } from '../core/operation.ts';
import type { SheetSource, SourceFinder, TabNames } from '../core/sheet-source.ts';
import { expandHome } from '../core/home.ts';
import { homeFolder } from '../core/user.ts';
import { whyNotReplaceable } from './overwrite.ts';
import { recogniseSheetFile, whatASheetIs } from './sheet-file.ts';
import { tabFiles } from './tabs.ts';
import { openUploaded, uploadedPath } from './uploaded.ts';

type SheetUse = 'read' | 'write';

/** `folder` holds the three CSV files under their own names; `files` is a folder with CSV files under the names that they came
 *  with; `zip` is a ZIP of such files; `xlsx` is a workbook; `google` is a Google spreadsheet. */
type SheetKind = 'folder' | 'files' | 'zip' | 'xlsx' | 'google';

/** The place of a sheet: its path with links resolved, or the id of a Google spreadsheet. Its kind decides how read-sheet.ts
 *  reads it. `tabs`: how they are named there, if not as usual. */
export type SheetPlace = { kind: SheetKind; path: string; tabs?: TabNames | null };
export type FilePlace = SheetPlace & { kind: Exclude<SheetKind, 'google'> };

type Found = { folder: string } | { message: string };

/** The files of the tabs of the sheet at a real path. */
type FilesAt = (realPath: string) => readonly string[];

/** `given` is absolute, begins with `~/`, or is relative to the data root. Throws `invalid_arguments` with a problem for `path`. */
export function resolveSheetPath(config: Config, given: string, use: SheetUse, filesAt?: FilesAt): string {
  const found = findSheetPath(config, given, use, filesAt);
  if ('folder' in found) return found.folder;
  throw invalidArguments([{ field: 'path', message: found.message }]);
}

/** Resolves `path`, if there is one, so that a sheet has one spelling in locks and records. */
export function withResolvedPath(config: Config, args: Args, use: SheetUse, filesAt?: FilesAt): Args {
  if (args.path === undefined) return args;
  return { ...args, path: pathInRoot(config, resolveSheetPath(config, String(args.path), use, filesAt)) };
}

/** The real path of a place, for locks; its sheet is not judged. Throws `invalid_arguments` with a problem for `field` when
 *  the place cannot be opened. */
export function resolvePlace(config: Config, place: string, field: string): string {
  const found = orMessage(place, () => ({ folder: realPathIn(config, place) }));
  if ('folder' in found) return pathInRoot(config, found.folder);
  throw invalidArguments([{ field, message: found.message }]);
}

/** A sheet as arguments name it: the id of an upload, a folder or file, or else a named sheet. */
export type SheetChoice = { name: string; path?: string | undefined; upload?: string | undefined };

/** The chosen sheet, checked again: links may have changed. Throws `bad_input` (`path_not_allowed`, `upload_gone`,
 *  `unknown_source`). */
export function openSheet(config: Config, sources: SourceFinder, choice: SheetChoice): SheetPlace {
  if (choice.upload !== undefined) {
    const uploaded = openUploaded(config.root, choice.upload);
    return { kind: uploaded.kind, path: uploadedPath(config.root, uploaded) };
  }
  if (choice.path !== undefined) {
    const place = openPath(config, choice.path);
    return { ...place, tabs: tabsAt(config, sources, place.path) };
  }
  const { kind, place, tabs } = findSource(sources, choice.name);
  return kind === 'google' ? { kind, path: place, tabs } : { ...openPath(config, place), tabs };
}

/** Throws `bad_input` (`unknown_source`). */
export function findSource(sources: SourceFinder, name: string): SheetSource {
  const source = sources.find(name);
  if (source) return source;
  throw badInput('unknown_source', `There is no sheet named ${name}. The page Sources lists them.`);
}

/** The name of the source that a choice means, also by the path of its place; null for an upload or another place. `place`:
 *  from `openSheet`. */
export function namedSourceOf(
  config: Config,
  sources: SourceFinder,
  choice: SheetChoice,
  place: SheetPlace,
): string | null {
  if (choice.upload !== undefined) return null;
  if (choice.path === undefined) return choice.name;
  return sourceAt(config, sources, place.path)?.name ?? null;
}

/** How the tabs are named at a path: as in the named sheet there; null: as usual. */
export function tabsAt(config: Config, sources: SourceFinder, given: string): TabNames | null {
  return sourceAt(config, sources, given)?.tabs ?? null;
}

/** The named sheet to which a path leads. A place that cannot be opened is none. */
function sourceAt(config: Config, sources: SourceFinder, given: string): SheetSource | null {
  const find = (place: string) => orMessage(place, () => ({ folder: realPathIn(config, place) }));
  const wanted = find(given);
  if ('message' in wanted) return null;
  // Places are stored without links, so most are found without a look at the other sheets, whose disks may hang.
  const atOnce = sources
    .all()
    .find(({ kind, place }) => kind !== 'google' && path.resolve(config.root, place) === wanted.folder);
  if (atOnce) return atOnce;
  const isThere = ({ kind, place }: SheetSource) => {
    const found = kind === 'google' ? null : find(place);
    return found !== null && 'folder' in found && found.folder === wanted.folder;
  };
  return sources.all().find(isThere) ?? null;
}

/** The place to which an export writes. `files`: of its tabs. Throws like `openSheet`. */
export function openTarget(config: Config, given: string, files: readonly string[]): string {
  return openPlace(config, given, 'write', () => files);
}

function openPath(config: Config, given: string): SheetPlace {
  const place = openPlace(config, given, 'read');
  return { kind: fs.statSync(place).isDirectory() ? 'folder' : kindOfFile(place), path: place };
}

/** The kind of a file that `whyUnreadable` has let pass; a ZIP is the strictest reader of another. */
function kindOfFile(file: string): 'xlsx' | 'zip' {
  return recogniseSheetFile(file).kind === 'xlsx' ? 'xlsx' : 'zip';
}

function openPlace(config: Config, given: string, use: SheetUse, filesAt?: FilesAt): string {
  const found = findSheetPath(config, given, use, filesAt);
  if ('folder' in found) return found.folder;
  throw new AppError('bad_input', found.message, { code: 'path_not_allowed', problems: [], total: 0 });
}

/** Whether a file with this real path may be read as part of a sheet. */
export function mayRead(config: Config, realPath: string): boolean {
  return allowedRoots(config, 'read').some((root) => isInside(root, realPath));
}

/** Whether the real path is among the uploads, which are removed when nobody uses them. */
export function isUpload(config: Config, realPath: string): boolean {
  return isInside(realPathOf(path.join(config.root, 'uploads')), realPath);
}

/** Makes a path inside the data root relative to it; leaves others as they are. */
export function pathInRoot(config: Config, absolute: string): string {
  const root = [config.root, realPathOf(config.root)].find((folder) => isInside(folder, absolute));
  return root === undefined ? absolute : path.relative(root, absolute) || '.';
}

/** Formats a path for people: relative to the data root, or with `~` for the home folder. */
export function formatPath(config: Config, absolute: string): string {
  const home = homeFolder();
  const inRoot = pathInRoot(config, absolute);
  return home !== null && path.isAbsolute(inRoot) && isInside(home, inRoot)
    ? path.join('~', path.relative(home, inRoot))
    : inRoot;
}

/** Names a sheet for people. */
export function formatPlace(config: Config, { kind, path: place }: SheetPlace): string {
  return kind === 'google' ? `the Google spreadsheet ${place}` : formatPath(config, place);
}

/** `given` is absolute, or relative to the data root; the path that is found has its links resolved. */
export function findSheetPath(
  config: Config,
  given: string,
  use: SheetUse,
  filesAt: FilesAt = () => tabFiles,
): Found {
  const advice = use === 'read' ? whatASheetIs : 'Name the folder of a sheet.';
  if (given.includes('\0'))
    return { message: `The path contains a NUL character, which no path may have. ${advice}` };
  if (given.trim() === '') return { message: `The path is empty. ${advice}` };
  return orMessage(given, () => {
    const folder = realPathIn(config, given);
    const message = findRefusal(config, given, folder, use) ?? findObstacle(config, folder, use, filesAt);
    return message === null ? { folder } : { message };
  });
}

/** Turns an error of the file system into a message. */
function orMessage(given: string, find: () => Found): Found {
  try {
    return find();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return { message: `“${given}” cannot be opened (${code}). Choose another path.` };
  }
}

function findRefusal(config: Config, given: string, folder: string, use: SheetUse): string | null {
  const roots = allowedRoots(config, use);
  if (roots.some((root) => isInside(root, folder) && (use === 'read' || root !== folder))) return null;
  const isLinked = path.resolve(config.root, expandHome(given)) !== folder;
  const found = isLinked ? `“${given}” leads to ${formatPath(config, folder)}, which is` : `“${given}” is`;
  const allowed = formatList(roots.map((root) => formatPath(config, root)));
  return `${found} not allowed. ${use === 'read' ? 'Sheets are read from' : 'A sheet is written to a folder in'} ${allowed}.`;
}

function findObstacle(config: Config, folder: string, use: SheetUse, filesAt: FilesAt): string | null {
  const reason = use === 'read' ? whyUnreadable(folder) : whyNotWritable(config, folder, filesAt(folder));
  return reason === null ? null : `${formatPath(config, folder)} ${reason}`;
}

function allowedRoots(config: Config, use: SheetUse): string[] {
  const names = use === 'read' ? ['sheets', 'uploads'] : ['sheets'];
  return [...names.map((name) => path.join(config.root, name)), ...config.importRoots].map(realPathOf);
}

function whyUnreadable(place: string): string | null {
  const stat = fs.statSync(place, { throwIfNoEntry: false });
  if (!stat) return `does not exist. ${whatASheetIs} Create it, or choose another path.`;
  if (stat.isDirectory()) return null;
  if (!stat.isFile()) return `is neither a file nor a folder. ${whatASheetIs}`;
  const found = recogniseSheetFile(place);
  if (found.kind === 'other') return found.refusal;
  return found.kind === 'csv' ? `is one file of text. ${whatASheetIs}` : null;
}

function whyNotWritable(config: Config, sheet: string, files: readonly string[]): string | null {
  const root = realPathOf(config.root);
  const sheets = path.join(root, 'sheets');
  const isProgramFolder = isInside(root, sheet) && !isInside(realPathOf(sheets), sheet);
  if (isProgramFolder || touchesProgramFiles(config, sheet)) {
    return 'belongs to the databases, the index or other files of this program. Choose a folder in sheets.';
  }
  return whyNotReplaceable(sheet, files);
}

/** SQLite's own files (-wal, -shm) begin with the database's name. */
function touchesProgramFiles(config: Config, folder: string): boolean {
  return [config.databasePath, config.opsDatabasePath, config.indexFolder]
    .map(realPathOf)
    .some((file) => isInside(folder, file) || folder.startsWith(file));
}

function realPathIn(config: Config, given: string): string {
  return realPathOf(path.resolve(config.root, expandHome(given)));
}

/** The real path, also of a file that does not exist yet or that a dangling link points to. */
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
