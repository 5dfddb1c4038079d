// Whether a job can be undone, and if not, why: the job page, the notice of its end, the API and the script say the same.
import fs from 'node:fs';
import type { Config } from '../core/config.ts';
import { formatLimit, plural, upperFirst } from '../core/format.ts';
import type { JobFacts } from '../core/job-part.ts';
import type { JobFinder } from '../core/operation.ts';
import { backupFile } from '../sheets/backup.ts';
import { removeOperation } from '../removal/remove-operation.ts';
import { importOperation } from '../sheets/import-operation.ts';

export const undoName = 'undo';
export const restoreName = 'restore';

/** Whether it makes rows what they were before. */
export function putsBack({ name }: { name: string }): boolean {
  return name === undoName || name === restoreName;
}

/** The operations whose jobs can be undone, and what such a job is called. */
export const nouns: Record<string, string> = {
  [importOperation.name]: 'import',
  [removeOperation.name]: 'removal',
  [undoName]: 'undo',
  [restoreName]: 'restore',
};

/** Returns what a job is called, such as `removal`; the operation's name where jobs cannot be undone. */
export function nounOf({ operation }: Pick<JobFacts, 'operation'>): string {
  return nouns[operation] ?? operation;
}

/** `isChanged`: the job has changed the library, so that a person may expect to be able to undo it. */
export type Undoability = { backup: string } | { why: string; isChanged: boolean };

export function undoability(job: JobFacts, jobs: JobFinder, config: Config): Undoability {
  const name = `${nounOf(job)} #${job.number}`;
  const never = (why: string) => ({ why, isChanged: false });
  const noLonger = (why: string) => ({ why, isChanged: true });
  const { status, mode, result } = job;
  if (!Object.hasOwn(nouns, job.operation))
    return never(
      `Only an import, a removal, an undo or a restore can be undone; #${job.number} is ${job.operation}.`,
    );
  if (status === 'failed' || status === 'cancelled')
    return never(`${upperFirst(name)} ${describeEnd[status]}, so it has changed nothing.`);
  if (status !== 'succeeded') return never(`${upperFirst(name)} has not ended yet.`);
  if (mode === 'noop') return never(`${upperFirst(name)} ran in noop mode, so it has changed nothing.`);
  if (job.args.dry_run === true)
    return never(`${upperFirst(name)} was a dry run, so it has changed nothing.`);
  if (sizeOf(result) === 0) return never(`${upperFirst(name)} has changed nothing.`);
  const by = findUndo(job, jobs);
  if (by !== null) return noLonger(`${upperFirst(name)} was already undone, by undo #${by}.`);
  const backup = result?.backup;
  if (typeof backup !== 'string' || result?.can_undo !== true)
    return noLonger(
      `${upperFirst(name)} was run by an older version, which did not record what it changed, so it cannot be undone.`,
    );
  if (fs.existsSync(backupFile(config, backup))) return { backup };
  return noLonger(
    `${upperFirst(name)} can no longer be undone: its backup ${backup} was removed. ${describeLimits(config)}`,
  );
}

const describeEnd = { failed: 'failed', cancelled: 'was cancelled' };

function sizeOf(result: JobFacts['result']): number {
  return ['added', 'changed', 'removed'].reduce((sum, name) => sum + Number(result?.[name] ?? 0), 0);
}

/** The number of the undo that has put back every row of the job, unless that one was undone itself. */
function findUndo(job: JobFacts, jobs: JobFinder): number | null {
  const undos = jobs.succeededWith(undoName, 'job', String(job.number));
  const whole = undos.find(
    (undo) => undo.mode === 'scripts' && undo.args.dry_run !== true && undo.result?.left_alone === 0,
  );
  return whole === undefined || findUndo(whole, jobs) !== null ? null : whole.number;
}

function describeLimits({ importBackups, importBackupsMaxBytes }: Config): string {
  return `The newest ${plural(importBackups, 'backup')} are kept, up to ${formatLimit(importBackupsMaxBytes)}.`;
}
