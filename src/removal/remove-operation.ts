// The operation remove: its arguments, locks and texts. scripts/remove.ts does the work.
import { invalidArguments } from '../core/arguments.ts';
import type { AppError } from '../core/errors.ts';
import { formatNumber, upperFirst } from '../core/format.ts';
import { type Args, type Operation, runsOnce } from '../core/operation.ts';
import { tabs } from '../sheets/tabs.ts';
import { planOutdated, planToken } from '../sheets/token.ts';
import { allowRemovalsArgument, dryRunArgument, planArgument } from '../sheets/plan-arguments.ts';

/** As the server records them and the script receives them: exactly one of `source` and `category`. `plan`: the token of a
 *  dry run. */
export type RemoveArguments = {
  source?: string;
  category?: string;
  dry_run: boolean;
  allow_removals: boolean;
  plan?: string;
};

export const removeOperation: Operation = {
  name: 'remove',
  title: 'Remove entries',
  verb: 'Remove',
  summary: 'Removes a category, or the entries that came from one source.',
  description:
    'Removes a category with its entries, or the entries that imports of one named source have added. The library is backed up first, and the removal can be undone.',
  icon: 'x',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      category: {
        type: 'string',
        title: 'Category',
        description: 'Its entries are removed, and the category itself.',
        options: 'categories',
        maxLength: 40,
      },
      source: {
        type: 'string',
        title: 'Or the source that entries came from',
        description:
          'Entries that imports of this source have added, wherever it was then. Their categories stay.',
        options: 'origins',
        maxLength: 40,
      },
      dry_run: dryRunArgument('Shows what would be removed. Nothing is written.'),
      allow_removals: allowRemovalsArgument,
      plan: planArgument('The removal is refused if the library has changed since.'),
    },
  },
  locks: () => [{ name: 'library', mode: 'exclusive' }],
  danger: (args) => (args.dry_run ? 'safe' : 'destructive'),
  plansFirst: (args) => args.plan === undefined,
  confirmWord: 'remove',
  ...runsOnce,
  script: 'remove',
  check(args) {
    const message = findProblem(args);
    if (message === null) return args;
    throw invalidArguments([{ field: 'category', message }]);
  },
  checkPlan(args, { libraryRevision }) {
    const given = args as RemoveArguments;
    if (given.plan === undefined) return undefined;
    if (removalToken(given, libraryRevision()) === given.plan) return Promise.resolve();
    return Promise.reject(removalOutdated('plan_outdated'));
  },
  subject: (args) => `${describeChoice(args)}${args.dry_run ? ', dry run' : ''}`,
  phases: {
    find: 'Finding entries',
    'back up': 'Backing up the library',
    write: 'Removing entries',
  },
  tabs: tabs.map(({ name }) => name),
  sizes: ['removed', 'unchanged'],
  outcome({ dry_run, removed, left_alone }) {
    const parts = [
      Number(removed) > 0 ? `${formatNumber(Number(removed))} removed` : 'nothing to remove',
      ...(Number(left_alone) > 0 ? [`${formatNumber(Number(left_alone))} left alone`] : []),
    ];
    const counts = parts.join(', ');
    if (dry_run) return `Dry run: ${counts}. Nothing was written.`;
    return `${upperFirst(counts)}.`;
  },
  dialog(args) {
    if (args.dry_run) {
      return {
        question: `Plan the removal of ${describeChoice(args)}?`,
        consequences: [
          'The plan lists every entry that would be removed. Nothing is written; you decide then.',
          stays,
        ],
        confirm: 'Make the plan',
        keep: 'Close',
      };
    }
    return {
      question: `Remove ${describeChoice(args)}?`,
      consequences: [
        stays,
        'The next import adds back the entries that are still in its sheet.',
        'The library is backed up first, and the removal can be undone.',
      ],
      confirm: 'Remove entries',
      keep: 'Keep library as it is',
    };
  },
  cancelNote: 'The library changes in one step at the end. Until then nothing is removed.',
  schedulingProblems: ({ dry_run: isDryRun }) =>
    isDryRun ? [] : [{ field: 'operation', message: 'A removal needs a plan that a person has seen.' }],
};

const stays = 'Entries marked local only stay, and a category that has some stays with them.';

/** Returns `category GIT`, or `the entries from the source review`. */
function describeChoice({ source, category }: Args): string {
  if (category !== undefined) return `category ${category}`;
  return source === undefined ? 'entries' : `the entries from the source ${source}`;
}

/** Null when exactly one part of the library is chosen. */
export function findProblem({ source, category }: Args): string | null {
  if ((source === undefined) !== (category === undefined)) return null;
  return source === undefined
    ? 'Choose a category, or the source that entries came from.'
    : 'Choose a category or a source, not both.';
}

/** A removal depends only on the choice and on the library. */
export function removalToken({ source, category }: RemoveArguments, libraryRevision: number): string {
  return planToken(libraryRevision, [removeOperation.name, source ?? '', category ?? ''], 'remove');
}

export function removalOutdated(code: 'plan_outdated' | 'bad_input'): AppError {
  return planOutdated(code, 'The library');
}
