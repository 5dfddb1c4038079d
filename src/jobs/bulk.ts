// One verb on many jobs: each by itself, as if it had been asked for alone, with an audit row and an outcome of its own.
// What asks for reason and word is never done from here. Between jobs others have a turn.
import { randomUUID } from 'node:crypto';
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Catalogue } from '../core/catalogue.ts';
import { count } from '../core/format.ts';
import { canCancel, canRetry, type Job } from './job.ts';
import type { JobFilter } from './job-search.ts';
import type { Jobs } from './jobs.ts';
import type { JobListing } from './listing.ts';
import type { JobRepository } from './repository.ts';
import { inTurns } from './slices.ts';

export const bulkActions = ['retry', 'cancel'] as const;
export type BulkAction = (typeof bulkActions)[number];
export const bulkOutcomes = ['done', 'skipped', 'failed'] as const;
export type BulkOutcome = (typeof bulkOutcomes)[number];

/** All that match and are not above `upTo`, so that nothing comes in that nobody has seen. */
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

export type Bulk = ReturnType<typeof createBulk>;

export const mostJobs = 10_000;
const runsKept = 20;
const turnMs = 8;

export function createBulk(given: {
  jobs: Jobs;
  repository: JobRepository;
  listing: JobListing;
  catalogue: Catalogue;
  log: Log;
}) {
  const { jobs, repository, listing, catalogue, log } = given;
  const runs = new Map<string, BulkRun>();
  const underWay = new Set<Promise<void>>();
  let isStopping = false;

  return {
    /** The numbers of the chosen jobs, newest first. Throws `invalid_arguments` when they are too many. */
    async choose(choice: BulkChoice): Promise<number[]> {
      if ('numbers' in choice) return refuseTooMany([...new Set(choice.numbers)]);
      const range = { upTo: choice.upTo };
      const { numbers, hasMore, lookedTo } = await listing.numbers(choice.filter, range, mostJobs);
      if (lookedTo !== null) throw unfinished();
      return hasMore ? refuseTooMany(null) : numbers;
    },

    /** How many of them can be done, and for each reason how many are skipped. */
    async preview(action: BulkAction, numbers: number[]) {
      const skipped = new Map<string, number>();
      let able = 0;
      await inTurns(numbers, turnMs, async (number) => {
        const reason = obstacleTo(action, number);
        if (reason === null) able += 1;
        else skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      });
      return { able, skipped: [...skipped].map(([reason, jobs]) => ({ reason, jobs })) };
    },

    /** Begins; the run fills while it goes on. `finished` settles with its end and never rejects. */
    start(action: BulkAction, numbers: number[], by: Requester): { run: BulkRun; finished: Promise<void> } {
      const run: BulkRun = { id: randomUUID(), action, total: numbers.length, items: [], isOver: false };
      const oldest = [...runs.values()].find((other) => other.isOver);
      if (runs.size >= runsKept && oldest) runs.delete(oldest.id);
      runs.set(run.id, run);
      const finished = inTurns(numbers, turnMs, async (number) => {
        run.items.push(await perform(action, number, by));
      }).then(() => {
        run.isOver = true;
        underWay.delete(finished);
      });
      underWay.add(finished);
      return { run, finished };
    },

    /** The last runs are remembered as long as the server runs. Throws `not_found`. */
    find(id: string): BulkRun {
      const run = runs.get(id);
      if (run) return run;
      throw new AppError(
        'not_found',
        'The outcome of this is no longer kept here. The audit log and the jobs themselves still have it.',
      );
    },

    /** Begins no further job; what is under way ends. */
    async stop() {
      isStopping = true;
      await Promise.all(underWay);
    },
  };

  async function perform(action: BulkAction, number: number, by: Requester): Promise<BulkItem> {
    const item = { number, message: null, newJob: null };
    if (isStopping) return { ...item, outcome: 'failed', message: 'The server was stopped before its turn.' };
    const reason = obstacleTo(action, number);
    if (reason !== null) return { ...item, outcome: 'skipped', message: reason };
    try {
      if (action === 'cancel') {
        await jobs.cancel(String(number), by);
        return { ...item, outcome: 'done' };
      }
      const job = await jobs.retry(String(number), { whenLocked: 'wait' }, by);
      return { ...item, outcome: 'done', newJob: job.number };
    } catch (error) {
      if (error instanceof AppError) return { ...item, outcome: 'failed', message: error.message };
      log.error({ err: error, number, action }, 'a job of many could not be handled');
      return { ...item, outcome: 'failed', message: 'Something went wrong here. The log has the details.' };
    }
  }

  /** Why the verb does not fit the job now; null when it does. */
  function obstacleTo(action: BulkAction, number: number): string | null {
    const job = repository.find(String(number));
    if (!job) return 'It is no longer kept.';
    return action === 'cancel' ? obstacleToCancel(job) : obstacleToRetry(job);
  }

  function obstacleToRetry(job: Job): string | null {
    if (!canRetry(job.status)) return `It is ${job.status}; only failed and cancelled jobs are retried.`;
    if (repository.retriedBy(job.number) !== null) return 'It was retried before.';
    const operation = catalogue.find(job.operation);
    if (!operation) return `There is no operation ${job.operation} any more.`;
    if (operation.danger(job.args) !== 'destructive') return null;
    return 'It asks for reason and word again; retry it by itself.';
  }
}

function obstacleToCancel({ status, cancel_requested_at }: Job): string | null {
  if (!canCancel(status)) return `It has already ended: ${status}.`;
  return cancel_requested_at === null ? null : 'It is being cancelled already.';
}

function refuseTooMany(numbers: number[] | null): number[] {
  if (numbers && numbers.length <= mostJobs) return numbers;
  const message = `At most ${count(mostJobs)} jobs at once. Narrow the filter, e.g. with since:7d.`;
  throw new AppError('invalid_arguments', message, { problems: [{ field: 'jobs', message }] });
}

/** Some that match were not found, so that not all would be meant. */
function unfinished(): AppError {
  const message = 'The search takes too long to find all that match. Narrow it, e.g. with since:7d.';
  return new AppError('invalid_arguments', message, { problems: [{ field: 'jobs', message }] });
}
