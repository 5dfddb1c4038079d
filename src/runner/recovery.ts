// Runs once, before the runner starts: ends what a dead server has left behind, and settles every job that was
// running. Nothing is judged by its age.
import type { Audit } from '../audit.ts';
import { systemRequester } from '../audit.ts';
import type { Bus } from '../bus.ts';
import type { Job } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';
import type { Catalogue } from '../operations/catalogue.ts';
import type { FindApplied } from './applied.ts';
import { findMarkedProcesses, isAlive, signal } from './processes.ts';

export type Recovered = { number: number; status: Job['status']; killed: number[] };

/** Gives what was done. A running job becomes succeeded when its work is recorded as applied, is queued again when its
 *  operation says so, else failed: lost. */
export function recoverJobs(given: {
  root: string;
  catalogue: Catalogue;
  repository: JobRepository;
  audit: Audit;
  bus: Bus;
  findApplied: FindApplied;
}): Recovered[] {
  const { root, catalogue, repository, audit, bus, findApplied } = given;
  const strays = findMarkedProcesses(root);
  for (const { pid } of strays) signal(pid, 'SIGKILL');
  const lost = repository.active().filter((job) => job.status === 'running');
  return lost.map((job) => {
    const killed = [
      ...killDirectChild(job),
      ...strays.filter((stray) => stray.marker.startsWith(job.id)).map(({ pid }) => pid),
    ];
    const record = (moved: Job) =>
      audit.record({
        event: 'job.recovered',
        outcome: moved.status === 'failed' ? 'failed' : 'ok',
        by: systemRequester,
        target: `job:${moved.number}`,
        detail: { status: moved.status, attempt: moved.attempt, killed },
      });
    const moved = settle(job, record);
    if (moved) bus.emit('job', moved);
    return { number: job.number, status: moved?.status ?? job.status, killed };
  });

  function settle(job: Job, record: (moved: Job) => void): Job | null {
    const applied = findApplied(job);
    if (applied) return repository.finish(job, { status: 'succeeded', result: applied }, record);
    const operation = catalogue.find(job.operation);
    if (operation?.onRestart === 'requeue')
      return repository.requeueLost(job, operation.locks(job.args), record);
    if (job.cancel_requested_at) return repository.finish(job, { status: 'cancelled' }, record);
    const failure = {
      code: 'lost' as const,
      message: 'The server stopped while this job ran. Its work was not recorded as done.',
      detail: null,
      stderr_tail: null,
    };
    return repository.finish(job, { status: 'failed', failure }, record);
  }
}

/** The recorded child, only if it is the very same process: pid, start time and boot. */
function killDirectChild(job: Job): number[] {
  if (job.pid === null) return [];
  if (!isAlive({ pid: job.pid, started: job.pid_started, bootId: job.boot_id })) return [];
  signal(-job.pid, 'SIGKILL');
  return [job.pid];
}
