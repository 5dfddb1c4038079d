// The operation import: its arguments, locks and texts. scripts/import.ts does the work.
import type { Config } from '../core/config.ts';
import { invalidArguments } from '../core/arguments.ts';
import { formatNumber, plural } from '../core/format.ts';
import { type Args, type Operation, runsOnce } from '../core/operation.ts';
import { defaultSource } from '../core/sheet-source.ts';
import { type SheetChoice, withResolvedPath } from './location.ts';
import type { Mode } from './compare.ts';
import { isJobId } from './left-out.ts';
import { tabs } from './tabs.ts';
import { assertPlanHolds } from './token.ts';
import { readUploaded, withUploadedName } from './uploaded.ts';
import { allowRemovalsArgument, dryRunArgument, planArgument } from './plan-arguments.ts';

/** The arguments as the server records them and the script receives them: checked, complete, with `path` resolved. `plan`:
 *  the token of a dry run. An upload (`sheet`) or a folder (`path`) takes precedence over `source`, which has a default. */
export type ImportArguments = {
  source: string;
  path?: string;
  /** The id of an upload. */
  sheet?: string;
  /** The name of its file, which `check` adds. */
  sheet_name?: string;
  mode: Mode;
  dry_run: boolean;
  skip_invalid: boolean;
  allow_removals: boolean;
  plan?: string;
  /** The library was empty when the import was accepted, so it was not confirmed. */
  into_empty?: true;
  /** The id of an import: only the rows that it left out are taken. */
  rows_of?: string;
};

export function sourceOf({ source, path, sheet }: ImportArguments): SheetChoice {
  return { name: source, path, upload: sheet };
}

/** The name of a file or folder; null for a named sheet. */
function nameOf({ sheet, sheet_name, path }: Args, config?: Config): string | null {
  if (sheet === undefined) return path === undefined ? null : String(path);
  const uploaded = config ? readUploaded(config.root, String(sheet))?.file_name : undefined;
  return String(sheet_name ?? uploaded ?? 'an uploaded file');
}

/** Other rows of the library must stay as they are, so only a merge takes single rows. */
function assertRowsOf({ rows_of, mode }: Args) {
  if (rows_of === undefined) return;
  if (!isJobId(String(rows_of)))
    throw invalidArguments([
      { field: 'rows_of', message: 'Only the rows left out by: must be the id of a job.' },
    ]);
  if (mode !== 'merge')
    throw invalidArguments([{ field: 'mode', message: 'Mode: choose merge to import only single rows.' }]);
}

/** ` (3 only line endings)`; results of older versions have none. */
function describeHiddenChanges(counts: unknown): string {
  const parts = Object.entries(counts ?? {}).map(([label, rows]) => `${formatNumber(Number(rows))} ${label}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

export const importOperation: Operation = {
  name: 'import',
  title: 'Import spreadsheet',
  verb: 'Import',
  summary: 'Reads a sheet into the library.',
  description:
    'Reads and checks the whole sheet first. Nothing is written if a row is invalid, and the library is backed up before it changes.',
  icon: 'in',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      source: {
        type: 'string',
        title: 'Sheet',
        options: 'sources',
        maxLength: 40,
        default: defaultSource,
      },
      path: {
        type: 'string',
        title: 'Or a workbook, ZIP or folder of CSV files',
        description: 'Relative to the data folder, e.g. sheets/draft. Leave empty to use the sheet above.',
        minLength: 1,
        maxLength: 1000,
        advanced: true,
      },
      sheet: {
        type: 'string',
        title: 'Files from this computer',
        description: 'The id of an upload (POST /api/v1/sheets), in place of a sheet or folder.',
        format: 'sheet',
        minLength: 1,
        maxLength: 40,
        perRun: true,
      },
      sheet_name: {
        type: 'string',
        title: 'Name of the uploaded file',
        maxLength: 300,
        hidden: true,
        perRun: true,
        derived: true,
      },
      mode: {
        type: 'string',
        title: 'Mode',
        enum: ['replace', 'merge'],
        labels: ['Replace: the library becomes the sheet', 'Merge: add and update, remove nothing'],
        default: 'replace',
      },
      dry_run: dryRunArgument('Shows what would change. Nothing is written.'),
      skip_invalid: {
        type: 'boolean',
        title: 'Leave out invalid rows',
        description: 'The job lists them. Otherwise one invalid row stops the import.',
        default: false,
        advanced: true,
        withPlan: true,
      },
      allow_removals: allowRemovalsArgument,
      plan: planArgument('The import is refused if the sheet or the library has changed since.'),
      rows_of: {
        type: 'string',
        title: 'Only the rows left out by',
        description: 'The id of an import. Needs the mode merge.',
        minLength: 36,
        maxLength: 36,
        hidden: true,
        perRun: true,
      },
      into_empty: {
        type: 'boolean',
        title: 'Into an empty library',
        hidden: true,
        perRun: true,
        derived: true,
      },
    },
  },
  locks: () => [
    { name: 'library', mode: 'exclusive' },
    { name: 'sheets', mode: 'shared' },
  ],
  danger(args) {
    if (args.dry_run) return 'safe';
    return args.mode === 'merge' || args.into_empty ? 'costly' : 'destructive';
  },
  confirmWord: 'import',
  ...runsOnce,
  script: 'import',
  usesGoogle: true,
  check(args, config) {
    assertRowsOf(args);
    return withResolvedPath(config, withUploadedName(config.root, args), 'read');
  },
  derive({ into_empty: _, ...args }, library) {
    return !args.dry_run && library.isEmpty() ? { ...args, into_empty: true } : args;
  },
  plansFirst: (args, library) => args.plan === undefined && !library.isEmpty(),
  checkPlan(args, current) {
    const given = args as ImportArguments;
    if (given.plan === undefined) return undefined;
    const { plan: token, mode, rows_of: rowsOf } = given;
    return assertPlanHolds({ token, sheet: sourceOf(given), mode, rowsOf }, current);
  },
  subject(args) {
    const parts = [nameOf(args) ?? `${args.source} sheet`, args.mode];
    if (args.rows_of) parts.push('only left-out rows');
    return [...parts, ...(args.dry_run ? ['dry run'] : [])].join(', ');
  },
  phases: {
    read: 'Reading the sheet',
    wait: 'Waiting for Google',
    check: 'Checking rows',
    compare: 'Comparing with the library',
    'back up': 'Backing up the library',
    write: 'Writing entries',
  },
  tabs: tabs.map(({ name }) => name),
  sizes: ['added', 'changed', 'removed', 'unchanged'],
  outcome(result) {
    const parts = (['added', 'changed', 'unchanged', 'removed', 'invalid'] as const)
      .filter((key) => Number(result[key]) > 0)
      .map((key) => {
        const leftOut = result.dry_run ? 'wrong' : 'left out';
        const words = `${formatNumber(Number(result[key]))} ${key === 'invalid' ? leftOut : key}`;
        return key === 'changed' ? words + describeHiddenChanges(result.hidden_changes) : words;
      });
    if (Number(result.warnings) > 0) parts.push(plural(Number(result.warnings), 'warning'));
    const counts = parts.length > 0 ? parts.join(', ') : 'nothing to change';
    return result.dry_run ? `Dry run: ${counts}. Nothing was written.` : `${counts}.`;
  },
  refusal({ dry_run, invalid }, { skip_invalid }) {
    if (!dry_run || skip_invalid || Number(invalid) === 0) return null;
    return Number(invalid) === 1 ? '1 row is wrong' : `${formatNumber(Number(invalid))} rows are wrong`;
  },
  dialog(args, config) {
    const sheet = nameOf(args, config) ?? `the ${args.source} sheet`;
    if (args.dry_run) {
      return {
        question: `Plan the import of ${sheet}?`,
        consequences: [
          'The sheet is read, checked and compared with the library. Nothing is written.',
          'The plan shows every change; you decide then.',
        ],
        confirm: 'Make the plan',
        keep: 'Close',
      };
    }
    if (args.into_empty) {
      return {
        question: `Import ${sheet}?`,
        consequences: [
          'The library is empty, so nothing can be lost. Nothing is written if a row is invalid.',
        ],
        confirm: 'Import sheet',
        keep: 'Keep library empty',
      };
    }
    const backedUp = 'The library is backed up first. Nothing is written if a row is invalid.';
    if (args.mode === 'merge') {
      return {
        question: `Merge ${sheet} into the library?`,
        consequences: ['Entries of the sheet are added or updated. Nothing is removed.', backedUp],
        confirm: 'Merge sheet',
        keep: 'Keep library as it is',
      };
    }
    return {
      question: `Replace the library with ${sheet}?`,
      consequences: [
        'Entries that are not in the sheet are removed, except those marked local only.',
        'Unchanged entries keep their embedding; changed ones are embedded again.',
        backedUp,
      ],
      confirm: 'Import sheet',
      keep: 'Keep library as it is',
    };
  },
  cancelNote: 'The library changes in one step at the end. Until then nothing is written.',
  schedulingProblems({ mode, allow_removals: allowsRemovals, dry_run: isDryRun }) {
    if (mode === 'merge' || isDryRun || !allowsRemovals) return [];
    const message =
      'A scheduled import may not remove more than 20% of the entries: nobody sees its plan. Choose merge, or leave this off.';
    return [{ field: 'allow_removals', message }];
  },
};
