// The files that an export has written, as they are now: a later export, or a person, may have changed them.
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { JobFacts } from '../core/job-part.ts';
import { packZip, readBytes } from '../zip/pack.ts';
import type { JobListing } from '../jobs/listing.ts';
import type { ExportedSpreadsheet } from './export.ts';
import { isDownload } from './downloads.ts';
import { factsOf, listSheetFiles, type SheetFile } from '../sheets/file-facts.ts';
import { mayRead, pathInRoot } from '../sheets/location.ts';
import { contentTypes } from './sheet-files.ts';
import { isWorkbookPath } from '../sheets/swap.ts';

/** The result of an export: the path of its sheet and its files. */
export type ExportedSheet = { sheet: string; files: SheetFile[] };

/** Null for a job that has written no file. Results of older versions have no files. */
export function exportedBy({ operation, status, result }: JobFacts): ExportedSheet | null {
  if (operation !== 'export' || status !== 'succeeded') return null;
  const { path: sheet, files } = result ?? {};
  return typeof sheet === 'string' && Array.isArray(files) ? { sheet, files } : null;
}

/** Null for a job that has written no Google spreadsheet. */
export function writtenSpreadsheet({ operation, status, result }: JobFacts): ExportedSpreadsheet | null {
  if (operation !== 'export' || status !== 'succeeded' || result?.dry_run) return null;
  return (result?.spreadsheet as ExportedSpreadsheet | undefined) ?? null;
}

type FilesNow = {
  files: SheetFile[];
  /** `gone`: no file is there. */
  state: 'same' | 'changed' | 'gone';
};

export function filesNow(config: Config, { sheet, files: written }: ExportedSheet): FilesNow {
  const files = listSheetFiles(
    path.resolve(config.root, sheet),
    written.map(({ name }) => name),
  );
  if (files.length === 0) return { files: written, state: 'gone' };
  return { files, state: factsOf(files) === factsOf(written) ? 'same' : 'changed' };
}

/** The number of the newest of the later exports that have written the same sheet; looks at the newest hundred. */
export function replacedBy({ lastSuccess }: Pick<JobListing, 'lastSuccess'>, job: JobFacts): number | null {
  let before = Number.MAX_SAFE_INTEGER;
  for (let looked = 0; looked < 100; looked++) {
    const later = lastSuccess('export', before);
    if (!later || later.number <= job.number) return null;
    if (exportedBy(later)?.sheet === job.result?.path) return later.number;
    before = later.number;
  }
  return null;
}

const maxTries = 5;

/** Opens the sheet as one file: its workbook, or a ZIP of its CSV files, which are of one export even if another one replaces
 *  them meanwhile. Throws `not_found` when no file is left. */
export async function openFiles(config: Config, { sheet, files }: ExportedSheet) {
  const place = path.resolve(config.root, sheet);
  const isFolder = fs.statSync(place, { throwIfNoEntry: false })?.isDirectory() === true;
  const names = files.map(({ name }) => name);
  const opened = openAll(config, place, names);
  const [first] = opened;
  if (!first) throw new AppError('not_found', `${sheet} has no file any more. Export the library again.`);
  if (!isFolder) {
    const { size } = fs.fstatSync(first.fd);
    const fileName = path.basename(place);
    const type = contentTypes[isWorkbookPath(fileName) ? 'xlsx' : 'csv'];
    return { fileName, type, bytes: size, ...contents(opened, () => readFd(first.fd)) };
  }
  const date = fs.fstatSync(first.fd).mtime;
  const pack = () => {
    const members = opened.map(({ name, fd }) => ({ name, content: readFd(fd) }));
    return packZip(members, { isStored: false, date });
  };
  const fileName = `${path.basename(place)}.zip`;
  return { fileName, type: contentTypes.csv, bytes: null, ...contents(opened, pack) };
}

type Opened = { name: string; fd: number };

function contents(opened: Opened[], stream: () => Readable | Promise<Readable>) {
  return { close: () => closeAll(opened), stream };
}

/** Tries again when the sheet was replaced while its files were opened. */
function openAll(config: Config, place: string, names: string[]): Opened[] {
  for (let tries = 1; ; tries++) {
    const before = identityOf(place);
    const opened = openOnce(config, place, names);
    if (identityOf(place) === before || tries === maxTries) return opened;
    closeAll(opened);
  }
}

function openOnce(config: Config, place: string, names: string[]): Opened[] {
  const opened: Opened[] = [];
  try {
    const isFolder = fs.statSync(place, { throwIfNoEntry: false })?.isDirectory();
    for (const { name } of listSheetFiles(place, names)) {
      const file = isFolder ? path.join(place, name) : place;
      if (maySend(config, fs.realpathSync(file))) opened.push({ name, fd: fs.openSync(file, 'r') });
    }
    return opened;
  } catch (error) {
    closeAll(opened);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Links may have changed since the export. */
function maySend(config: Config, realPath: string): boolean {
  return mayRead(config, realPath) || isDownload(pathInRoot(config, realPath));
}

function identityOf(place: string): number | null {
  return fs.statSync(place, { throwIfNoEntry: false })?.ino ?? null;
}

function readFd(fd: number): Readable {
  return fs.createReadStream('', { fd, start: 0, highWaterMark: readBytes });
}

function closeAll(opened: Opened[]) {
  for (const { fd } of opened) fs.closeSync(fd);
}
