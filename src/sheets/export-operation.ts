// The operation export: its arguments, locks and texts. scripts/export.ts does the work.
import { formatNumber } from '../core/format.ts';
import { type Args, type Operation, runsOnce } from '../core/operation.ts';
import { type SheetChoice, type SheetName, withResolvedPath } from './location.ts';

/** The arguments as the server records them and the script receives them: checked, complete, with `path` resolved. */
export type ExportArguments = { target: SheetName; path?: string; dry_run: boolean };

export function targetOf({ target, path }: ExportArguments): SheetChoice {
  return { name: target, path };
}

const describeSheet = (args: Args) => String(args.path ?? `${args.target} sheet`);

/** The sheet's part of a lock's name: `sheets/review`, whether named or given as a path. */
const lockedFolder = (args: Args) => String(args.path ?? `sheets/${args.target}`);

export const exportOperation: Operation = {
  name: 'export',
  title: 'Export library',
  verb: 'Export',
  summary: 'Writes the library to a sheet.',
  description:
    'Writes a new folder beside the old one and swaps it in when complete. Keeps the previous sheet. Leaves out local-only entries.',
  icon: 'out',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      target: {
        type: 'string',
        title: 'Sheet',
        enum: ['review', 'published'],
        labels: ['Review sheet', 'Published sheet'],
        default: 'review',
      },
      path: {
        type: 'string',
        title: 'Or a folder',
        description: 'Relative to the data folder, e.g. sheets/handover. It must be new or contain a sheet.',
        minLength: 1,
        maxLength: 1000,
        advanced: true,
      },
      dry_run: {
        type: 'boolean',
        title: 'Dry run',
        description: 'Counts what would be exported. Nothing is written.',
        default: false,
      },
    },
  },
  locks: (args) => [
    { name: 'library', mode: 'shared' },
    { name: `sheet:${lockedFolder(args)}`, mode: 'exclusive' },
  ],
  danger: () => 'safe',
  confirmWord: null,
  ...runsOnce,
  script: 'export',
  check: (args, config) => withResolvedPath(config, args, 'write'),
  subject: (args) => `${describeSheet(args)}${args.dry_run ? ', dry run' : ''}`,
  phases: { write: 'Writing entries' },
  sizes: ['experiences', 'manuals'],
  outcome(result) {
    const entries = Number(result.experiences) + Number(result.manuals);
    const leftOut =
      Number(result.left_out) > 0 ? `, ${formatNumber(Number(result.left_out))} local-only left out` : '';
    return `${formatNumber(entries)} entries in ${formatNumber(Number(result.categories))} categories${leftOut}.`;
  },
  dialog: (args) => ({
    question: args.dry_run
      ? 'Count what an export would write?'
      : `Export the library to the ${describeSheet(args)}?`,
    consequences: args.dry_run
      ? ['Nothing is written.']
      : ['The sheet is swapped in when complete. The previous one is kept.'],
    confirm: args.dry_run ? 'Start dry run' : 'Export library',
    keep: 'Close',
  }),
  cancelNote: 'The old sheet stays, unless the new one has just been swapped in.',
};
