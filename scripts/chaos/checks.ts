// Invariants of the stored state. Pure functions; each returns one sentence for each violation.
import { isTerminal } from '../../src/jobs/job.ts';
import type { JobFacts, State } from './repository.ts';

/** `sizes`: the possible numbers of experiences, since an import is applied as a whole or not at all. */
export function findProblems(state: State, sizes: number[]): string[] {
  return [
    ...state.damage.map((line) => `integrity_check: ${line}`),
    ...state.brokenChain,
    ...findBadClaims(state),
    ...findBadEnds(state),
    ...findBadApplied(state),
    ...(sizes.includes(state.experiences) ? [] : [`the library has ${state.experiences} experiences`]),
  ];
}

/** The holders and waiters in the lock queue are exactly the running and the queued jobs. */
function findBadClaims({ jobs, claims }: State): string[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const wrong = claims.flatMap(({ job_id, held_at }) => {
    const status = byId.get(job_id)?.status ?? 'missing';
    if (status === (held_at === null ? 'queued' : 'running')) return [];
    return [`a claim of job ${job_id} is ${held_at === null ? 'waiting' : 'held'}, the job is ${status}`];
  });
  const inLine = new Set(claims.map(({ job_id }) => job_id));
  const missing = jobs
    .filter(({ id, status }) => ['queued', 'running'].includes(status) && !inLine.has(id))
    .map(({ number, status }) => `job #${number} is ${status} and not in the lock queue`);
  return [...wrong, ...missing];
}

/** Each job is accepted once and ends once, and its audit rows agree. */
function findBadEnds({ jobs, audit }: State): string[] {
  const accepted = new Map<string, number>();
  const ends = new Map<string, string[]>();
  const cancels = new Set<string>();
  for (const { event, target, detail } of audit) {
    if (target === null) continue;
    if (event === 'job.accepted') accepted.set(target, (accepted.get(target) ?? 0) + 1);
    if (event === 'job.cancel') cancels.add(target);
    if (event !== 'job.finished' && event !== 'job.recovered') continue;
    const { status } = JSON.parse(detail ?? '{}');
    if (isTerminal(status)) ends.set(target, [...(ends.get(target) ?? []), status]);
  }
  return jobs.flatMap((job) => {
    const target = `job:${job.number}`;
    const times = accepted.get(target) ?? 0;
    const wrong = times === 1 ? [] : [`job #${job.number} was accepted ${times} times in the audit`];
    const [said, ...more] = ends.get(target) ?? [cancelledWaiting(job, cancels.has(target))];
    if (more.length === 0 && said === (isTerminal(job.status) ? job.status : undefined)) return wrong;
    return [
      ...wrong,
      `job #${job.number} is ${job.status}; its ends in the audit: ${[said, ...more].join(', ')}`,
    ];
  });
}

/** The cancel of a waiting job is its end. */
function cancelledWaiting({ status }: JobFacts, isAsked: boolean): string | undefined {
  return status === 'cancelled' && isAsked ? 'cancelled' : undefined;
}

/** A job whose work is recorded as applied does not fail. */
function findBadApplied({ jobs, applied }: State): string[] {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  return applied.flatMap((id) => {
    const job = byId.get(id);
    if (job && ['running', 'succeeded'].includes(job.status)) return [];
    return [`job ${job ? `#${job.number}` : id} is ${job?.status ?? 'missing'}, its work is applied`];
  });
}

/** The numbered lines of each attempt start at 1 and have no gap; returns the first violation. */
export function findLogGap(head: string): string | null {
  let [attempt, number] = ['', 0];
  for (const [, count, marker = ''] of head.matchAll(/^(\d+) (\S+);$/gm)) {
    if (marker !== attempt) [attempt, number] = [marker, 0];
    number += 1;
    if (Number(count) !== number) return `line ${count} of ${marker}, where ${number} should be`;
  }
  return null;
}
