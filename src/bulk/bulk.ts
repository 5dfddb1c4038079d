// One verb on many jobs: each as if asked for alone, with its own audit row. The event loop runs between them.
import { randomUUID } from 'node:crypto';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import { formatNumber } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { assertRole, type Role } from '../core/role.ts';
import { jobActions } from '../jobs/actions.ts';
import type { JobFilter } from '../jobs/job-search.ts';
import { canCancel, canRetry, isTerminal, type Job } from '../jobs/job.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { type JobListing, maxBulkJobs } from '../jobs/listing.ts';
import type { Removal } from '../jobs/removal.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { inTurns } from '../core/slices.ts';
import { bulkAction } from './actions.ts';

export const bulkActions = ['retry', 'cancel', 'remove'] as const;
export type BulkAction = (typeof bulkActions)[number];
export const bulkOutcomes = ['done', 'skipped', 'failed'] as const;
export type BulkOutcome = (typeof bulkOutcomes)[number];

/** Numbers, or every match up to number `upTo`, so that no job is included that the person has not seen. */
export type BulkChoice = { numbers: number[] } | { filter: JobFilter; upTo: number };
/** `message` says why it was not done; `newJob` is the number of the job that a retry has made. */
type BulkItem = {
  number: number;
  outcome: BulkOutcome;
  message: string | null;
  newJob: number | null;
};
export type BulkRun = {
  id: string;
  action: BulkAction;
  total: number;
  items: BulkItem[];
  isOver: boolean;
};

/** The least roles, those of the actions on one job. */
export const bulkRoles = {
  retry: jobActions.retry.role,
  cancel: jobActions.cancel.role,
  remove: jobActions.remove.role,
} as const satisfies Record<BulkAction, Role>;

const runsKept = 20;
const turnMs = 8;
const stopped = {
  outcome: 'failed',
  message: 'The server stopped before it reached this job.',
  newJob: null,
} as const;

type Started = { run: BulkRun; finished: Promise<void> };

type Given = Pick<Kernel, 'audit' | 'catalogue' | 'log' | 'untilFree'> & {
  jobs: Jobs;
  repository: JobRepository;
  listing: JobListing;
  removal: Pick<Removal, 'remove'>;
};

export function createBulk(given: Given) {
  const { audit, listing, untilFree } = given;
  const runs = new Map<string, BulkRun>();
  const active = new Set<Promise<void>>();
  let isStopping = false;

  return {
    /** The numbers of the chosen jobs, newest first. Throws `invalid_arguments` when they are too many, and for a removal
     *  of all matches. */
    async choose(action: BulkAction, choice: BulkChoice): Promise<number[]> {
      if ('numbers' in choice) {
        const numbers = [...new Set(choice.numbers)];
        if (numbers.length > maxBulkJobs) throw badChoice(tooMany);
        return numbers;
      }
      if (action === 'remove') throw badChoice(notListed);
      const range = { upTo: choice.upTo };
      const { numbers, hasMore, lookedTo } = await listing.numbers(choice.filter, range, maxBulkJobs);
      if (lookedTo !== null) throw badChoice(tooLong);
      if (hasMore) throw badChoice(tooMany);
      return numbers;
    },

    preview: (action: BulkAction, numbers: number[]) => previewRun(given, action, numbers),

    /** Throws `forbidden` for a removal by anyone but an admin. */
    assertMay,

    /** Begins once the audit log has its row; the run fills with items. `finished` settles with its end and never rejects.
     *  Throws `forbidden`. */
    async start(action: BulkAction, numbers: number[], by: Requester): Promise<Started> {
      assertMay(action, by);
      const detail = { action, jobs: numbers.length };
      await untilFree(() =>
        audit.record({ event: bulkAction.name, outcome: 'ok', by, target: 'jobs', detail }),
      );
      const run: BulkRun = { id: randomUUID(), action, total: numbers.length, items: [], isOver: false };
      const oldest = [...runs.values()].find((other) => other.isOver);
      if (runs.size >= runsKept && oldest) runs.delete(oldest.id);
      runs.set(run.id, run);
      const finished = inTurns(numbers, turnMs, async (number) => {
        run.items.push(isStopping ? { number, ...stopped } : await perform(given, action, number, by));
      }).then(() => {
        run.isOver = true;
        active.delete(finished);
      });
      active.add(finished);
      return { run, finished };
    },

    /** One of the last runs since the start of the server. Throws `not_found`. */
    find(id: string): BulkRun {
      const run = runs.get(id);
      if (run) return run;
      const message = 'This result is no longer kept. See the audit log or the pages of the jobs.';
      throw new AppError('not_found', message);
    },

    /** Begins no further job; settles when the current ones are done. */
    async stop() {
      isStopping = true;
      await Promise.all(active);
    },
  };
}

function assertMay(action: BulkAction, { role }: Requester) {
  assertRole(role, bulkRoles[action]);
}

/** How many can be done, in all and for each operation, and how many are skipped for each reason. */
async function previewRun(given: Given, action: BulkAction, numbers: number[]) {
  const skipped = new Map<string, number>();
  const operations = new Map<string, number>();
  await inTurns(numbers, turnMs, async (number) => {
    const job = given.repository.find(String(number));
    const reason = job ? findObstacle(given, action, job) : notKept;
    if (job && reason === null) addOne(operations, job.operation);
    else if (reason !== null) addOne(skipped, reason);
  });
  const byOperation = [...operations].map(([operation, jobs]) => ({ operation, jobs }));
  return {
    able: byOperation.reduce((sum, { jobs }) => sum + jobs, 0),
    byOperation: byOperation.sort((one, other) => other.jobs - one.jobs),
    skipped: [...skipped].map(([reason, jobs]) => ({ reason, jobs })),
  };
}

async function perform(given: Given, action: BulkAction, number: number, by: Requester): Promise<BulkItem> {
  const { jobs, removal, repository, log } = given;
  const item = { number, message: null, newJob: null };
  const found = repository.find(String(number));
  const reason = found ? findObstacle(given, action, found) : notKept;
  if (reason !== null) return { ...item, outcome: 'skipped', message: reason };
  try {
    if (action === 'cancel') await jobs.cancel(String(number), by);
    if (action === 'remove') await removal.remove(String(number), by);
    if (action !== 'retry') return { ...item, outcome: 'done' };
    const job = await jobs.retry(String(number), { whenLocked: 'wait' }, by);
    return { ...item, outcome: 'done', newJob: job.number };
  } catch (error) {
    if (error instanceof AppError) return { ...item, outcome: 'failed', message: error.message };
    log.error({ err: error, number, action }, 'a bulk action failed for one job');
    return { ...item, outcome: 'failed', message: 'An unexpected error. The log has the details.' };
  }
}

const tooMany = `At most ${formatNumber(maxBulkJobs)} jobs at once. Narrow the filter, e.g. with since:7d.`;
/** An unfinished search would leave out jobs that match. */
const tooLong = 'The search takes too long to find every match. Narrow it, e.g. with since:7d.';

/** A filter can match jobs that nobody has looked at, and a removal cannot be undone. */
const notListed = 'Name the jobs to remove. All matches of a filter cannot be removed at once.';
const notKept = 'This job is no longer kept.';

function addOne(counts: Map<string, number>, key: string) {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function badChoice(message: string): AppError {
  return new AppError('invalid_arguments', message, { problems: [{ field: 'jobs', message }] });
}

/** Why the verb does not fit the job; null when it fits now. In bulk, nobody confirms a destructive run. */
function findObstacle({ repository, catalogue }: Given, action: BulkAction, job: Job): string | null {
  if (action === 'cancel') {
    if (!canCancel(job.status)) return `It has already ended: ${job.status}.`;
    return job.cancel_requested_at === null ? null : 'It is being cancelled already.';
  }
  if (action === 'remove')
    return isTerminal(job.status) ? null : `It has not ended: ${job.status}. Cancel it first.`;
  if (!canRetry(job.status)) return `It is ${job.status}; only failed and cancelled jobs can be retried.`;
  if (repository.retriedBy(job.number) !== null) return 'It was already retried.';
  const operation = catalogue.find(job.operation);
  if (!operation) return `The operation ${job.operation} no longer exists.`;
  if (operation.danger(job.args) !== 'destructive') return null;
  return 'It needs a reason and its confirmation word: retry it on its page.';
}
