// Reads one kept request or job: its row and its parts in the log store, and for a job its phases, which are in ops.db.
import { AppError } from '../core/errors.ts';
import { shorten } from '../core/shorten.ts';
import type { JobStatus } from '../core/bus.ts';
import { isTerminal, type Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { LogStore } from '../log-store/log-store.ts';
import { jobTrace, jobTraceId, numberOfJobTrace } from '../runner/job-trace.ts';
import { orProblem } from '../log-store/or-problem.ts';
import type { StatementTotals } from '../log-store/statement-repository.ts';
import type { KeptSpan, WholeTrace } from '../log-store/trace-repository.ts';

export type Phase = { name: string; started_at: string; seconds: number };

/** `phases`, `job_status`: null for a request. `problem`: why the statements of a job cannot be read now. */
export type ReadTrace = WholeTrace & { phases: Phase[] | null; job_status: JobStatus | null } & {
  problem: string | null;
};

type Given = {
  logStore: Pick<LogStore, 'ask'>;
  repository: Pick<JobRepository, 'find'>;
  now: () => Date;
};

const dayMs = 24 * 3_600_000;
const shownMax = 80;

export function createTraceReader({ logStore, repository, now }: Given) {
  return {
    /** `id`: of a request, or `job-12`. Throws `not_found`. */
    async read(id: string): Promise<ReadTrace> {
      const number = numberOfJobTrace(id);
      if (number !== null) return readJob(number);
      const found = await logStore.ask('trace', { id });
      if (!found) throw unknownRequest(id);
      return { ...found, phases: null, job_status: null, problem: null };
    },

    /** The statement of a part in the last 24 hours; null for another part, and when it was not counted. */
    async countsOf({ kind, name }: KeptSpan): Promise<StatementTotals | null> {
      if (kind !== 'db') return null;
      const [database = '', ...rest] = name.split(': ');
      const since = now().getTime() - dayMs;
      return logStore.ask('countsOfStatement', { database, text: rest.join(': '), since });
    },
  };

  /** Its times and phases are those of its page, and are known even if the log was lost. */
  async function readJob(number: string): Promise<ReadTrace> {
    const job = repository.find(number);
    if (!job) throw new AppError('not_found', `There is no job #${number}.`);
    const { read: found, problem } = await orProblem(logStore.ask('trace', { id: jobTraceId(number) }));
    const known = toTrace(job, now());
    const { at, ms } = known;
    return {
      ...(found ?? known),
      ...{ at, ms, phases: phasesOf(job, now()), job_status: job.status, problem },
    };
  }
}

export const slowStatementsOf = (logStore: Pick<LogStore, 'ask'>, now: Date) =>
  logStore.ask('slowStatements', { since: now.getTime() - dayMs, limit: 50 });

function unknownRequest(id: string): AppError {
  const about = 'Requests that are slow, fail or are traced are kept for some days.';
  return new AppError('not_found', `No request ${JSON.stringify(shorten(id, shownMax))} is kept. ${about}`);
}

/** The first phases only are kept; the last one of them then lasts to the end. */
function phasesOf(job: Job, now: Date): Phase[] {
  const { phases, phase_started_at: lastStart } = job.progress ?? { phases: [], phase_started_at: '' };
  const end = isTerminal(job.status) ? (job.finished_at ?? now.toISOString()) : now.toISOString();
  return phases.map(({ name, started_at }, at) => {
    const next = phases[at + 1]?.started_at;
    const standsForMore = next === undefined && lastStart > started_at;
    return {
      name: standsForMore ? `${name} and all that followed` : name,
      started_at,
      seconds: Math.max(0, Date.parse(next ?? end) - Date.parse(started_at)) / 1000,
    };
  });
}

/** A job that has reported no statements. */
function toTrace(job: Job, now: Date): WholeTrace {
  const at = Date.parse(job.started_at ?? job.created_at);
  const end = job.finished_at === null ? now.getTime() : Date.parse(job.finished_at);
  const ms = job.started_at === null ? 0 : end - at;
  return jobTrace(job, { at, ms, is_traced: false, spans: [] });
}
