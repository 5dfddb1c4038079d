// Changes the library by a plan, for every operation that plans: compares, backs the library up with a record of the changes,
// then writes in one transaction, which checks that the library is still the one that was compared.
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import { AppError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import type { ScriptContext } from '../jobs/script.ts';
import type { Change } from '../library/change-record-repository.ts';
import type { Counts, Library } from '../library/repository.ts';
import { backupLibrary, removeBackup, sweepInScript } from './backup.ts';
import { countRows } from './plan.ts';

/** A plan for one state of the library. */
export type LibraryPlan = {
  /** The library's revision when it was compared, and its rows. */
  revision: number;
  before: Counts;
  token: string;
  /** Rows that are added, changed or removed. */
  size: number;
  /** The result of the job, without its backup. */
  result: Record<string, unknown>;
  /** Throws when the plan may not be applied, or not even be shown. */
  assertAllowed(): void;
  /** Each row that `apply` changes. */
  changes(): Iterable<Change>;
  /** Runs within the transaction. `now`: ISO 8601 UTC. `onWritten` receives the number of rows written so far. */
  apply(now: string, onWritten: (rows: number) => void): void;
  /** Reports result rows, once the plan has been made or applied. */
  report(): void;
};

type Work = {
  operation: string;
  args: { dry_run: boolean; plan?: string };
  db: Db;
  library: Library;
  context: Pick<ScriptContext, 'config' | 'job' | 'progress' | 'assertFence'>;
  /** Is called again when another program has written between plan and transaction. */
  makePlan(): LibraryPlan;
  /** Returns the refusal of a plan that has changed since `args.plan`. */
  outdated(): AppError;
};

type Result = Record<string, unknown>;

const maxAttempts = 5;

/** Returns the result of the job. */
export async function changeLibrary(work: Work): Promise<Result> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const result = await tryChange(work);
    if (result) return result;
    console.log('Another program has changed the library; comparing again.');
  }
  throw new AppError(
    'temporary',
    `Another program keeps changing the library; nothing was written. Run the ${work.operation} again later.`,
  );
}

/** Returns null when the library has changed since it was compared. */
async function tryChange(work: Work): Promise<Result | null> {
  const { args, context } = work;
  const plan = work.makePlan();
  if (args.plan !== undefined && args.plan !== plan.token) throw work.outdated();
  plan.assertAllowed();
  if (args.dry_run) {
    plan.report();
    return { ...plan.result, plan: plan.token, backup: null };
  }
  const now = new Date().toISOString();
  const backup = plan.size > 0 ? await backUp(work, plan, now) : null;
  const result = { ...plan.result, plan: plan.token, backup, can_undo: backup !== null };
  if (write(work, plan, result, now)) {
    plan.report();
    sweep(context.config, new Date(now));
    return result;
  }
  if (backup !== null) removeBackup(context.config, backup);
  return null;
}

/** The library is changed already, so nothing may fail the job. */
function sweep(config: Config, now: Date) {
  try {
    const swept = sweepInScript(config, now);
    if (swept.length > 0) console.log(`Removed ${plural(swept.length, 'old backup')}.`);
  } catch (error) {
    console.log(`Old backups could not be removed: ${(error as Error).message}.`);
  }
}

async function backUp({ operation, context }: Work, plan: LibraryPlan, now: string): Promise<string> {
  const total = countRows(plan.before);
  const job = { id: context.job.id, operation };
  const name = await backupLibrary(context.config, { job, changes: plan.changes(), now }, (share) =>
    context.progress(Math.floor(share * total), total, 'back up'),
  );
  console.log(`Backed up the library as ${name}.`);
  return name;
}

/** Writes only if the library is unchanged since the comparison; returns whether it wrote. */
function write({ library, context }: Work, plan: LibraryPlan, result: Result, now: string): boolean {
  const onWritten = everyFewRows((rows) => context.progress(rows, plan.size, 'write'));
  onWritten(0);
  return library.write(() => {
    if (library.revision() !== plan.revision) return false;
    plan.apply(now, onWritten);
    context.progress(plan.size, plan.size, 'write');
    library.recordApplied({ job: context.job, result, at: now });
    context.assertFence();
    return true;
  });
}

/** Progress of single rows, thinned out. */
export function everyFewRows(send: (rows: number, total: number) => void) {
  return (rows: number, total = 0) => {
    if (rows % 500 === 0) send(rows, total);
  };
}
