// The operation undo: its arguments, locks and texts. scripts/undo.ts does the work.
import { AppError } from '../core/errors.ts';
import type { Args, JobFinder, Operation } from '../core/operation.ts';
import type { JobFacts } from '../core/job-part.ts';
import { planToken } from '../sheets/token.ts';
import { undoability, undoName } from './undoability.ts';
import { dryRunArgument, planArgument } from '../sheets/plan-arguments.ts';
import { checkPlanBy, type PutBackArguments, putBackOperation } from './put-back-operation.ts';

/** As the server records them and the script receives them: `job` is a number. */
export type UndoArguments = PutBackArguments & { job: string };

/** A plan holds as long as it is unchanged. */
export const comparedWith = 'The library';

export const undoOperation: Operation = {
  ...putBackOperation,
  name: undoName,
  title: 'Undo import or removal',
  verb: 'Undo',
  summary: 'Puts back what an import or a removal has changed.',
  description:
    'Takes the rows that the job changed from the backup made before it. Rows that were changed since are left alone, and the undo itself can be undone.',
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
  confirmWord: 'undo',
  script: 'undo',
  check: (args, _config, { jobs }) => ({ ...args, job: String(findJob(args, jobs).number) }),
  assertPossible(args, config, { jobs }) {
    const job = findJob(args, jobs);
    const found = undoability(job, jobs, config);
    if ('why' in found)
      throw new AppError('wrong_state', found.why, { code: 'cannot_undo', job: job.number });
  },
  checkPlan: checkPlanBy(comparedWith, undoToken),
  followUp: {
    operation: 'repair',
    text: 'The index is not put back with the library: searches lack the rows that came back until it is repaired.',
  },
  subject: (args) => `${describeJob(args)}${args.dry_run ? ', dry run' : ''}`,
  phases: {
    compare: 'Comparing with the backup',
    'back up': 'Backing up the library',
    write: 'Putting back entries',
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
        'The index is not put back with the library. Repair it afterwards.',
        'The library is backed up first, and the undo can be undone.',
      ],
      confirm: 'Undo job',
      keep: 'Keep library as it is',
    };
  },
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
