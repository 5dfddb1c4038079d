// Opens a named sheet, in a process of its own, and says what was found: of all of it step by step, or of its headers.
import fs from 'node:fs';
import path from 'node:path';
import { type Found, takeSteps } from '../core/check-steps.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { formatBytes, formatList, formatNumber, plural } from '../core/format.ts';
import type { SheetSource, SourceFinder } from '../core/sheet-source.ts';
import { followWaits } from '../google/waits.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { checkHeaders } from '../sheets/checks.ts';
import { listSheetFiles } from '../sheets/file-facts.ts';
import { findSheetPath, mayRead, openSheet, type SheetPlace } from '../sheets/location.ts';
import { maxShown, sentence } from '../sheets/problems.ts';
import { readSheet, readSheetHead } from '../sheets/read-sheet.ts';
import { filesNamed } from '../sheets/tabs.ts';
import type { SourceState } from './source-state-repository.ts';

/** `isAbsent`: none of its files is there, and an export can write them. */
export type CheckedSource = Pick<SourceState, 'steps' | 'rows' | 'hashes'> & { isAbsent: boolean };

/** A sheet that cannot be read is a result, whose last step says why. */
export async function checkSource(
  config: Config,
  source: SheetSource,
  progress: ScriptContext['progress'],
): Promise<CheckedSource> {
  const { steps, take } = takeSteps();
  const isAbsent = canBeCreated(config, source);
  const open = () => openSheet(config, only(source), { name: source.name });
  // A Google spreadsheet is opened by the first request that reads it.
  const opened =
    source.kind === 'google'
      ? { place: open() }
      : await take('Opened', () => {
          const place = open();
          return { ...describePlace(config, place), place };
        });
  const sheet =
    opened &&
    (await take('Tabs and headers read', async () => {
      const content = await readSheet(opened.place, {
        mayRead: (file) => mayRead(config, file),
        onRead: (rows) => progress(rows, undefined, 'read'),
        google: { ...config.google, onWait: followWaits(progress) },
      });
      const checked = checkHeaders(content);
      return { ...describeHeaders(checked), ...checked, hashes: content.hashes };
    }));
  if (!sheet || sheet.sheetProblems.length > 0)
    return { steps, rows: null, hashes: sheet?.hashes ?? null, isAbsent };
  const counts = sheet.contents.map(({ rows }) => rows);
  await take('Rows counted', () => ({
    text: `${formatList(counts.map(formatNumber))} in ${formatList(sheet.contents.map(({ tab }) => tab.title))}.`,
  }));
  return { steps, rows: counts.reduce((sum, rows) => sum + rows, 0), hashes: sheet.hashes, isAbsent };
}

/** Why tabs and headers cannot be used, from the first rows alone; null if they can. */
export async function findHeaderProblem(config: Config, source: SheetSource): Promise<string | null> {
  try {
    const content = await readSheetHead(openSheet(config, only(source), { name: source.name }), {
      mayRead: (file) => mayRead(config, file),
      onRead() {},
      google: { ...config.google, onWait() {} },
    });
    const { status, text } = describeHeaders(checkHeaders(content));
    return status === 'error' ? text : null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

/** Finds this source, as it was when the check started. */
function only(source: SheetSource): SourceFinder {
  return { all: () => [source], find: () => source };
}

function canBeCreated(config: Config, { kind, place, tabs }: SheetSource): boolean {
  if (kind === 'google') return false;
  const names = filesNamed(tabs);
  const target = findSheetPath(config, place, 'write', () => names);
  return 'folder' in target && listSheetFiles(target.folder, names).length === 0;
}

function describePlace(config: Config, { path: sheet, tabs = null }: SheetPlace): Found {
  const names = filesNamed(tabs);
  const files = listSheetFiles(sheet, names);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const size = `${plural(files.length, 'file')}, ${formatBytes(bytes)}.`;
  if (!canWrite(sheet)) return { text: `${size} It can be read only.` };
  const target = findSheetPath(config, sheet, 'write', () => names);
  if ('folder' in target) return { text: `${size} It can be read and written.` };
  return { status: 'warning', text: `${size} It can be read; an export would be refused: ${target.message}` };
}

/** An export renames the sheet, so it needs the folder around it. */
function canWrite(sheet: string): boolean {
  try {
    fs.accessSync(path.dirname(sheet), fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const otherNames = 'If the tabs have other names, enter these: Edit…, Names of its tabs.';

function describeHeaders({ sheetProblems, warnings, contents }: ReturnType<typeof checkHeaders>): Found {
  const problems = sheetProblems.map(({ problem }) => sentence(problem));
  if (problems.length > 0) {
    const isTabMissing = sheetProblems.some(({ code }) => code === 'missing_tab');
    const shown = [...problems.slice(0, maxShown), ...(isTabMissing ? [otherNames] : [])];
    return { status: 'error', text: shown.join(' ') };
  }
  const columns = contents.map(({ tab, header }, at) => {
    const count = header.filter((name) => name !== '').length;
    return at === 0 ? `${tab.title} has ${plural(count, 'column')}` : `${tab.title} ${formatNumber(count)}`;
  });
  const text = `${columns.join(', ')}.`;
  if (warnings.length === 0) return { text };
  return { status: 'warning', text: [text, ...warnings.slice(0, 5).map(sentence)].join(' ') };
}
