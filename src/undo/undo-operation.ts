// The operation undo: its arguments, locks and texts. scripts/undo.ts does the work.
import { AppError } from '../core/errors.ts';
import { formatNumber, upperFirst } from '../core/format.ts';
import { type Args, type JobFinder, type Operation, runsOnce } from '../core/operation.ts';
import type { JobFacts } from '../core/job-part.ts';
import { planOutdated, planToken } from '../sheets/token.ts';
import { undoability, undoName } from './undoability.ts';
import { dryRunArgument, planArgument } from '../sheets/plan-arguments.ts';

/** As the server records them and the script receives them: `job` is a number. `plan`: the token of a dry run. */
export type UndoArguments = { job: string; dry_run: boolean; allow_changed: boolean; plan?: string };

export const undoOperation: Operation = {
  name: undoName,
  title: 'Undo import or removal',
  verb: 'Undo',
  summary: 'Puts back what an import or a removal has changed.',
  description:
    'Takes the rows that the job changed from the backup made before it. Rows that were changed since are left alone, and the undo itself can be undone.',
  icon: 'retry',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      job: {
        type: 'string',
        title: 'Job to undo',
        description: 'An import, removal or undo whose backup is kept.',
        options: 'undoable',
        suggests: true,
        unset: 'No job can be undone',
        maxLength: 80,
      },
      dry_run: dryRunArgument('Shows what would be put back. Nothing is written.'),
      allow_changed: {
        type: 'boolean',
        title: 'Put back rows that were changed since, too',
        description: 'What was written to these rows since is then lost.',
        default: false,
        advanced: true,
      },
      plan: planArgument('The undo is refused if the library has changed since.'),
    },
  },
  locks: () => [{ name: 'library', mode: 'exclusive' }],
  danger: (args) => (args.dry_run ? 'safe' : 'destructive'),
  plansFirst: (args) => args.plan === undefined,
  confirmWord: 'undo',
  ...runsOnce,
  script: 'undo',
  check: (args, _config, { jobs }) => ({ ...args, job: String(findJob(args, jobs).number) }),
  assertPossible(args, config, { jobs }) {
    const job = findJob(args, jobs);
    const found = undoability(job, jobs, config);
    if ('why' in found)
      throw new AppError('wrong_state', found.why, { code: 'cannot_undo', job: job.number });
  },
  checkPlan(args, { libraryRevision }) {
    const given = args as UndoArguments;
    if (given.plan === undefined) return undefined;
    if (undoToken(given, libraryRevision()) === given.plan) return Promise.resolve();
    return Promise.reject(undoOutdated('plan_outdated'));
  },
  subject: (args) => `${describeJob(args)}${args.dry_run ? ', dry run' : ''}`,
  phases: {
    compare: 'Comparing with the backup',
    'back up': 'Backing up the library',
    write: 'Putting back entries',
  },
  sizes: ['added', 'changed', 'removed', 'unchanged'],
  outcome(result) {
    const words = {
      added: 'added again',
      changed: 'changed back',
      removed: 'removed',
      left_alone: 'left alone',
    };
    const parts = Object.entries(words)
      .filter(([key]) => Number(result[key]) > 0)
      .map(([key, text]) => `${formatNumber(Number(result[key]))} ${text}`);
    const counts = parts.length > 0 ? parts.join(', ') : 'nothing to put back';
    return result.dry_run ? `Dry run: ${counts}. Nothing was written.` : `${upperFirst(counts)}.`;
  },
  dialog(args) {
    if (args.dry_run) {
      return {
        question: `Plan the undo of ${describeJob(args)}?`,
        consequences: [
          'The library is compared with the backup made before that job. Nothing is written.',
          'The plan shows every row that would be put back; you decide then.',
        ],
        confirm: 'Make the plan',
        keep: 'Close',
      };
    }
    return {
      question: `Undo ${describeJob(args)}?`,
      consequences: [
        'Rows that it added are removed, rows that it removed come back, rows that it changed get their old values.',
        args.allow_changed
          ? 'Rows that were changed since get their old values, too: what was written to them since is lost.'
          : 'Rows that were changed since are left alone, and listed.',
        'The library is backed up first, and the undo can be undone.',
      ],
      confirm: 'Undo job',
      keep: 'Keep library as it is',
    };
  },
  cancelNote: 'The library changes in one step at the end. Until then nothing is written.',
  schedulingProblems: () => [
    { field: 'operation', message: 'An undo names one job, and needs a plan that a person has seen.' },
  ],
};

function describeJob({ job }: Args): string {
  return job === undefined || job === '' ? 'a change' : `#${job}`;
}

/** Throws `invalid_arguments` without such a job. */
function findJob({ job: given }: Args, jobs: JobFinder): JobFacts {
  const named = String(given ?? '').replace(/^#/, '');
  const job = named === '' ? null : jobs.find(named);
  if (job) return job;
  const message = named === '' ? whichJob : `There is no job ${JSON.stringify(named)}. ${whichJob}`;
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'job', message }] });
}

const whichJob = 'Give the number of the job to undo; the list of jobs has it.';

/** The backup of a job never changes, so the job stands for it. */
export function undoToken({ job, allow_changed }: UndoArguments, libraryRevision: number): string {
  return planToken(libraryRevision, [undoName, job], allow_changed ? 'all' : 'unchanged');
}

export function undoOutdated(code: 'plan_outdated' | 'bad_input'): AppError {
  return planOutdated(code, 'The library');
}
