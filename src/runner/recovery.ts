// Runs once, before the runner starts: kills the processes that a dead server left, and settles its running jobs.
import { explain, toFault } from '../core/faults.ts';
import { systemRequester } from '../core/audit.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Operation } from '../core/operation.ts';
import { maskerFor } from '../core/secrets.ts';
import { type Failure, failureOf, type Job, type ProcessIdentity } from '../jobs/job.ts';
import { jobLogFile, jobLogSize } from '../job-log/log.ts';
import type { JobRepository } from '../jobs/repository.ts';
import { type FindApplied, findAppliedAtOnce } from './applied.ts';
import { killLeftGroups } from './cgroup-tracker.ts';
import { findMarkedProcesses, isAlive, signal } from './processes.ts';

const endMaxMs = 2000;
const pollMs = 10;

type Given = Pick<Kernel, 'config' | 'catalogue' | 'audit' | 'bus'> & {
  repository: JobRepository;
  findApplied: FindApplied;
  secretsOf: (operation: Operation) => string[];
};

/** A running job succeeds when its work is recorded as applied, is queued again when its operation says so, and fails as
 *  `lost` otherwise. Gives the outcome of each job. */
export function recoverJobs(given: Given) {
  const { catalogue, repository, audit, bus, findApplied, secretsOf } = given;
  const { root } = given.config;
  const lost = repository.active().filter((job) => job.status === 'running');
  const children = lost.flatMap(({ id, pid, pid_started, boot_id }) =>
    pid === null ? [] : [{ jobId: id, pid, started: pid_started, bootId: boot_id, isLeader: true }],
  );
  const ended = killStrays(root, [...children, ...repository.processes()]);
  // One commit for all, since each commit waits for the disk; the events follow it.
  const settled = repository.transaction(() => lost.map(settleOne));
  for (const { moved } of settled) if (moved) bus.emit('job', moved);
  return settled.map(({ job, moved, killed }) => {
    const { number, status } = moved ?? job;
    return { number, status, killed };
  });

  function settleOne(job: Job) {
    const killed = [...ended].filter(([, jobId]) => jobId === job.id).map(([pid]) => pid);
    const record = (moved: Job) => {
      repository.setLogBytes(moved, jobLogSize(jobLogFile(root, moved.number)));
      const { number, status, attempt } = moved;
      const outcome = status === 'failed' ? 'failed' : 'ok';
      const transition = repository.transitionOf(moved);
      const detail = { status, attempt, killed, ...(transition && { transition }) };
      audit.record({ event: 'job.recovered', outcome, by: systemRequester, target: `job:${number}`, detail });
    };
    return { job, moved: settle(job, record), killed };
  }

  function settle(job: Job, record: (moved: Job) => void): Job | null {
    const fail = (message: string, detail: Failure['detail'] = null) =>
      repository.finish(job, { status: 'failed', failure: failureOf('lost', message, detail) }, record);
    const operation = catalogue.find(job.operation);
    let applied: Record<string, unknown> | null;
    try {
      applied = maskerFor(operation ? secretsOf(operation) : []).value(findAppliedAtOnce(findApplied, job));
    } catch (error) {
      const message = `The server stopped while this job ran, and its result cannot be read: ${explain(error)}`;
      return fail(message, toFault(error)?.details);
    }
    if (applied) return repository.finish(job, { status: 'succeeded', result: applied }, record);
    if (job.cancel_requested_at) return repository.finish(job, { status: 'cancelled' }, record);
    if (operation?.onRestart === 'requeue') return repository.requeueLost(job, record);
    return fail('The server stopped while this job ran. Its work was not recorded as done.');
  }
}

/** Kills every process of a job of this data root and waits: one could still commit. Gives pid → job id. */
function killStrays(root: string, recorded: Recorded[]): Map<number, string> {
  const ended = new Map<number, string>();
  const deadline = performance.now() + endMaxMs;
  for (;;) {
    const known = recorded.filter(isAlive);
    const marked = [...findMarkedProcesses(root), ...killLeftGroups(root)];
    if (known.length + marked.length === 0 || performance.now() > deadline) return ended;
    for (const { pid, jobId } of known) ended.set(pid, jobId);
    for (const { pid, marker } of marked) ended.set(pid, marker.split('.')[0] ?? '');
    for (const { pid, isLeader } of known) if (isLeader) signal(-pid, 'SIGKILL');
    for (const { pid } of [...known, ...marked]) signal(pid, 'SIGKILL');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pollMs);
  }
}

/** A job's child, which leads its group, or a descendant; one process by pid, start time and boot id. */
type Recorded = ProcessIdentity & { jobId: string; isLeader?: boolean };
