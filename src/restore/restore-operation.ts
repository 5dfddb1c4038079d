// The operation restore: its arguments, locks and texts. scripts/restore.ts does the work.
import fs from 'node:fs';
import { backupArgument } from '../backup-store/backup-argument.ts';
import { libraryFile } from '../backup-store/set-files.ts';
import { invalidArguments } from '../core/arguments.ts';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import type { Args, Operation } from '../core/operation.ts';
import { dryRunArgument, planArgument } from '../sheets/plan-arguments.ts';
import { planToken } from '../sheets/token.ts';
import { checkPlanBy, type PutBackArguments, putBackOperation } from '../undo/put-back-operation.ts';
import { restoreName } from '../undo/undoability.ts';
import { describeBackup } from '../backup-store/describe-backup.ts';
import { describeFailedTest } from './instead.ts';
import { readState } from './source-state.ts';

/** As the server records them and the script receives them. `backup`: its id. */
export type RestoreArguments = PutBackArguments & { backup: string };

/** A plan holds as long as these are unchanged. */
export const comparedWith = 'The library or the backup';

export const restoreOperation: Operation = {
  ...putBackOperation,
  name: restoreName,
  title: 'Restore library',
  verb: 'Restore',
  summary: 'Makes the library what it was at the time of a backup.',
  description:
    'Compares the library with that of a backup, and puts back every row that differs, in one transaction. Entries marked local only that were added or changed since stay. The restore itself can be undone.',
  isUpkeep: true,
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      backup: backupArgument({
        description: 'A backup, or the copy that was made before an import.',
        options: 'restorable',
        suggests: true,
        unset: 'There is no backup',
      }),
      dry_run: dryRunArgument('Shows what would be put back. Nothing is written.'),
      allow_changed: {
        type: 'boolean',
        title: 'Put back entries marked local only, too',
        description: 'What was written to these entries since is then lost.',
        default: false,
        advanced: true,
      },
      plan: planArgument('The restore is refused if the library or the backup has changed since.'),
    },
  },
  confirmWord: 'restore',
  script: 'restore',
  check(args, config) {
    const message = findProblem(args, config);
    if (message === null) return args;
    throw invalidArguments([{ field: 'backup', message }]);
  },
  checkPlan: checkPlanBy(comparedWith, async (args: RestoreArguments, libraryRevision, config) =>
    restoreToken(args, libraryRevision, await readState(config, args.backup)),
  ),
  followUp: {
    operation: 'repair',
    text: 'The index is not restored with the library: searches lack the restored entries until it is repaired.',
  },
  subject: (args) => `${nameChosen(args) ?? 'a backup'}${args.dry_run ? ', dry run' : ''}`,
  phases: {
    copy: 'Copying the backup',
    compare: 'Comparing with the backup',
    'back up': 'Backing up the library',
    write: 'Putting back entries',
  },
  dialog(args, config) {
    const name = nameChosen(args);
    const chosen = name === null ? 'a backup' : `the ${name}`;
    const warning = name && config ? describeFailedTest(config, String(args.backup)) : null;
    const warnings = warning === null ? [] : [warning];
    if (args.dry_run) {
      return {
        question: `Plan the restore of ${chosen}?`,
        consequences: [
          ...warnings,
          'The library is compared with that of the backup. Nothing is written.',
          'The plan shows every row that would be put back; you decide then.',
        ],
        confirm: 'Make the plan',
        keep: 'Close',
      };
    }
    return {
      question: `Go back to the library of ${chosen}?`,
      consequences: [
        ...warnings,
        'Rows that were added since are removed, rows that were removed come back, rows that were changed get their old values.',
        args.allow_changed
          ? 'Entries marked local only go back, too: what was written to them since is lost.'
          : 'Entries marked local only that were added or changed since stay, and are listed.',
        'The index is not restored with the library. Repair it afterwards.',
        'The library is backed up first, and the restore can be undone.',
      ],
      confirm: 'Restore library',
      keep: 'Keep library as it is',
    };
  },
  schedulingProblems: () => [
    { field: 'operation', message: 'A restore names one backup, and needs a plan that a person has seen.' },
  ],
};

function nameChosen({ backup }: Args): string | null {
  return backup === undefined || backup === '' ? null : describeBackup(String(backup));
}

/** Null when there is such a backup, as far as the names of its files say. */
function findProblem({ backup }: Args, config: Config): string | null {
  if (backup === undefined || backup === '') return whichBackup;
  try {
    return fs.existsSync(libraryFile(config, String(backup))) ? null : `${missing(backup)} ${whichBackup}`;
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return `${error.message} ${whichBackup}`;
    throw error;
  }
}

const missing = (backup: unknown) => `There is no backup ${JSON.stringify(backup)} any more.`;
const whichBackup = 'Give the name of a backup; the page Backups lists them.';

/** `state`: that of the library of the backup. */
export function restoreToken(
  { backup, allow_changed }: RestoreArguments,
  libraryRevision: number,
  state: string,
): string {
  return planToken(libraryRevision, [restoreName, backup, state], allow_changed ? 'all' : 'unchanged');
}
