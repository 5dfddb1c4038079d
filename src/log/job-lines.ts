// Logs each change of a job's status, but no progress. The line of a failed job says why it failed.
import type { JobEvent } from '../core/bus.ts';
import type { Kernel } from '../core/kernel.ts';
import { shorten } from '../core/shorten.ts';
import { isTerminal } from '../jobs/job.ts';
import type { JobRepository } from '../jobs/repository.ts';

type Given = Pick<Kernel, 'bus' | 'catalogue' | 'log'> & { repository: Pick<JobRepository, 'find'> };

/** Ended jobs whose end is not logged again. */
const maxEnded = 200;

export function logJobs({ bus, catalogue, log, repository }: Given) {
  const ended: string[] = [];
  const lastStatus = new Map<string, string>();
  bus.on('job', (job) => {
    const { id, number, operation, status, request_id } = job;
    if (lastStatus.get(id) === status) return;
    lastStatus.set(id, status);
    if (isTerminal(status) && ended.push(id) > maxEnded) lastStatus.delete(String(ended.shift()));
    const line = { event: `job.${status}`, job_id: id, number, operation, request_id };
    if (status === 'failed') log.warn(line, describeFailed(job));
    else log.info(line, `job #${number} ${status}`);
  });

  function describeFailed({ id, number, operation }: JobEvent): string {
    const title = catalogue.find(operation)?.title ?? operation;
    const reason = reasonOf(id);
    return `${title} #${number} failed${reason ? `: ${reason}` : ''}`;
  }

  /** The first line of its failure; empty when ops.db cannot be read now. */
  function reasonOf(id: string): string {
    try {
      const [first = ''] = repository.find(id)?.failure?.message.trim().split('\n') ?? [];
      return shorten(first);
    } catch {
      return '';
    }
  }
}
