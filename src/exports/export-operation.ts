// The operation export: its arguments, locks and texts. scripts/export.ts does the work.
import type { Config } from '../core/config.ts';
import { givenArguments, invalidArguments } from '../core/arguments.ts';
import { badInput } from '../core/errors.ts';
import { formatBytes, formatNumber, plural } from '../core/format.ts';
import { isObject } from '../core/json.ts';
import { type Args, type Dialog, type Operation, type Records, runsOnce } from '../core/operation.ts';
import {
  defaultTarget,
  googlePlace,
  type SourceFinder,
  type TabNames,
  targetPlace,
} from '../core/sheet-source.ts';
import { isDownload } from './downloads.ts';
import type { ExportedSpreadsheet, GoogleTarget, Target } from './export.ts';
import type { Format, TargetFormat } from './exported-rows.ts';
import type { SheetFile } from '../sheets/file-facts.ts';
import { findSource, openTarget, resolvePlace, tabsAt, withResolvedPath } from '../sheets/location.ts';
import { dryRunArgument } from '../sheets/plan-arguments.ts';
import { quote } from '../sheets/problems.ts';
import { isWorkbookPath, workbookEnding } from '../sheets/swap.ts';
import { filesNamed } from '../sheets/tabs.ts';

/** The arguments as the server records them and the script receives them: checked, complete, with `path` resolved.
 *  `download`: one file in a folder of its own, in place of a sheet. */
export type ExportArguments = {
  /** Absent: as the sheet is. */
  format?: Format;
  target: string;
  path?: string;
  download: boolean;
  dry_run: boolean;
};

/** The chosen sheet, checked again: links may have changed. Throws `bad_input`. */
export function targetOf(
  config: Config,
  sources: SourceFinder,
  args: ExportArguments,
): Target | GoogleTarget {
  const choice = chooseTarget(args, config, sources);
  if ('message' in choice) throw badInput('path_not_allowed', choice.message);
  const { format, place, tabs } = choice;
  if (format === 'google') return { format, id: place, tabs };
  const files = filesNamed(tabs);
  return { format, path: openTarget(config, place, files), tabs };
}

/** `place`: such as `sheets/review`, whether named or given; of a Google spreadsheet, its id. */
type TargetChoice = { format: TargetFormat; place: string; tabs: TabNames | null };
type TargetProblem = { field: string; message: string };

/** A path or a download has the format that is chosen; the kind of a named sheet decides its own. */
function chooseTarget(
  { format, target, path }: Args,
  config: Config,
  sources: SourceFinder,
): TargetChoice | TargetProblem {
  const atPath = (place: string) => ({ place, tabs: tabsAt(config, sources, place) });
  if (path !== undefined) {
    const chosen = chooseFormat(String(path), format);
    return typeof chosen === 'string' ? { format: chosen, ...atPath(String(path)) } : chosen;
  }
  const { name, kind, place, tabs } = findSource(sources, String(target));
  if (kind === 'google') {
    if (format === undefined) return { format: 'google', place, tabs };
    const message = `${name} is a Google spreadsheet: choose ${anyFormat}, or choose another sheet for files.`;
    return { field: 'format', message };
  }
  if (kind === 'folder' && format === 'xlsx')
    return { format: 'xlsx', ...atPath(`${place}${workbookEnding}`) };
  if (kind === 'xlsx' && format === 'csv') {
    const message = `${name} is a workbook: choose ${anyFormat}, or choose another sheet for CSV.`;
    return { field: 'format', message };
  }
  return { format: kind === 'xlsx' ? 'xlsx' : 'csv', place, tabs };
}

/** The name of a sheet decides what it is. */
function chooseFormat(path: string, format: unknown): Format | TargetProblem {
  const isWorkbook = isWorkbookPath(path);
  if (format === 'xlsx' && !isWorkbook) {
    const message = `The name of a workbook ends in ${workbookEnding}: choose ${path}${workbookEnding}, or the format CSV.`;
    return { field: 'path', message };
  }
  if (format === 'csv' && isWorkbook) {
    const message = `${path} is the name of a workbook: choose the format XLSX, or a folder without this ending.`;
    return { field: 'path', message };
  }
  return isWorkbook ? 'xlsx' : 'csv';
}

function check(given: Args, config: Config, { sources }: Records): Args {
  const filesAt = (realPath: string) => filesNamed(tabsAt(config, sources, realPath));
  const args = withResolvedPath(config, givenArguments(exportOperation, given), 'write', filesAt);
  if (args.download) return { format: 'csv', ...args };
  const choice = chooseTarget(args, config, sources);
  if ('message' in choice) throw invalidArguments([choice]);
  const { format, place } = choice;
  if (format === 'google') return { ...args, place: targetPlace({ kind: format, place }) };
  const realPlace = resolvePlace(config, place, 'target');
  return { ...args, format, place, ...(realPlace === place ? {} : { real_place: realPlace }) };
}

/** The place of a sheet in the names of locks: a sheet has one, whatever links lead to it. */
function lockedPlace(args: Args): unknown {
  return args.real_place ?? args.place ?? args.target;
}

/** The choice of no format. */
const anyFormat = 'As the sheet is';

function isSpreadsheet({ place }: Args): boolean {
  return String(place).startsWith(googlePlace);
}

function describeTarget(args: Args): string {
  if (args.download) return 'download';
  const noun = isSpreadsheet(args) ? 'spreadsheet' : args.format === 'xlsx' ? 'workbook' : 'sheet';
  return String(args.path ?? `${args.target} ${noun}`);
}

export const exportOperation: Operation = {
  name: 'export',
  title: 'Export library',
  verb: 'Export',
  summary: 'Writes the library to a sheet.',
  description:
    'Writes a new folder or workbook beside the old one, or new tabs in a Google spreadsheet, and swaps them in when complete. Keeps the previous sheet. Leaves out local-only entries.',
  icon: 'out',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      format: {
        type: 'string',
        title: 'Format',
        enum: ['csv', 'xlsx'],
        labels: ['CSV: a folder of three files', 'XLSX: one workbook with three tabs'],
        unset: anyFormat,
      },
      target: {
        type: 'string',
        title: 'Sheet',
        options: 'sources',
        maxLength: 40,
        default: defaultTarget,
      },
      path: {
        type: 'string',
        title: 'Or another place',
        description:
          'Relative to the data folder: sheets/handover, or sheets/handover.xlsx for a workbook. It must be new or a sheet.',
        minLength: 1,
        maxLength: 1000,
        advanced: true,
      },
      place: {
        type: 'string',
        title: 'Place',
        maxLength: 1000,
        hidden: true,
        derived: true,
      },
      real_place: {
        type: 'string',
        title: 'Place without links',
        maxLength: 1000,
        hidden: true,
        derived: true,
      },
      download: {
        type: 'boolean',
        title: 'Download',
        description: 'Writes one file to download, in place of a sheet.',
        default: false,
        hidden: true,
      },
      dry_run: dryRunArgument('Counts what would be exported. Nothing is written.'),
    },
  },
  locks: (args) => [
    { name: 'library', mode: 'shared' },
    { name: 'sheets', mode: 'shared' },
    ...(args.download ? [] : [{ name: `sheet:${lockedPlace(args)}`, mode: 'exclusive' as const }]),
  ],
  danger: () => 'safe',
  confirmWord: null,
  ...runsOnce,
  script: 'export',
  usesGoogle: true,
  check,
  subject: (args) => `${describeTarget(args)}${args.dry_run ? ', dry run' : ''}`,
  phases: { write: 'Writing entries', wait: 'Waiting for Google' },
  sizes: ['experiences', 'manuals'],
  outcome: describeOutcome,
  dialog: describeDialog,
  cancelNote: 'The old sheet stays, unless the new one has just been swapped in.',
};

function describeDialog(args: Args): Dialog {
  if (args.dry_run) {
    const question = 'Count what an export would write?';
    return { question, consequences: ['Nothing is written.'], confirm: 'Start dry run', keep: 'Close' };
  }
  const buttons = { confirm: 'Export library', keep: 'Close' };
  if (args.download) {
    const question = 'Make a file of the library to download?';
    return { question, consequences: ['The page of the job has the file for an hour.'], ...buttons };
  }
  return {
    question: `Export the library to ${args.path ? '' : 'the '}${describeTarget(args)}?`,
    consequences: [
      isSpreadsheet(args)
        ? 'New tabs take the place of the old ones when complete. The old ones are kept hidden.'
        : 'The sheet is swapped in when complete. The previous one is kept.',
      'For a copy of your own, download the library on the Library page.',
    ],
    ...buttons,
  };
}

/** Results of older versions have no files. */
function describeOutcome(result: Record<string, unknown>): string {
  const entries = Number(result.experiences) + Number(result.manuals);
  const counts = `${plural(entries, 'entry', 'entries')} in ${plural(Number(result.categories), 'category', 'categories')}`;
  const local =
    Number(result.left_out) > 0 ? `, ${formatNumber(Number(result.left_out))} local-only left out` : '';
  if (result.dry_run) return `Dry run: ${counts}${local}. Nothing was written.`;
  const files: SheetFile[] = Array.isArray(result.files) ? result.files : [];
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const size =
    files.length === 1 ? formatBytes(bytes) : `${plural(files.length, 'file')}, ${formatBytes(bytes)}`;
  const spreadsheet = isObject(result.spreadsheet) ? (result.spreadsheet as ExportedSpreadsheet) : null;
  const file = isDownload(String(result.path)) ? 'a file to download' : result.path;
  const place = spreadsheet ? `the Google spreadsheet ${quote(spreadsheet.title)}` : file;
  return `${counts} written to ${place}${files.length > 0 ? ` (${size})` : ''}${local}.`;
}
