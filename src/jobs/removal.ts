// Removes ended jobs with their logs, plans, result rows and measurements, and leaves a tombstone of each. Used by the daily
// clean-up and by people.
import fs from 'node:fs';
import { auditRefusal, type Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { jobActions, jobTarget } from './actions.ts';
import { isTerminal, type Job } from './job.ts';
import { jobLogFile } from '../job-log/log.ts';
import { planFile } from '../plan-store/plan-file.ts';
import type { Prunable, Pruning } from './repository-pruning.ts';
import type { JobRepository } from './repository.ts';

export type Removal = ReturnType<typeof createRemoval>;

const batchRows = 200;

type Given = Pick<Kernel, 'audit' | 'bus' | 'now' | 'untilFree'> & {
  config: Pick<Kernel['config'], 'root'>;
  pruning: Pruning;
  repository: Pick<JobRepository, 'synced'>;
  /** Throws `not_found` and `pruned`. */
  find: (idOrNumber: string) => Job;
};

export function createRemoval({ config, pruning, repository, find, audit, bus, now, untilFree }: Given) {
  return {
    /** Removes logs and rows first: if the server dies in between, the jobs are still listed and can be removed again.
     *  `record` is part of the transaction that removes them. Gives how many were removed: another removal may have been
     *  faster. */
    async removeBatch(batch: Pick<Prunable, 'number' | 'id'>[], record: () => void): Promise<number> {
      for (const { number, id } of batch) {
        const file = jobLogFile(config.root, number);
        const files = [file, `${file}.ix`, planFile(config.root, id)];
        await Promise.all(files.map((each) => fs.promises.rm(each, { force: true })));
        while ((await untilFree(() => pruning.dropRows(id, batchRows))) === batchRows)
          await new Promise(setImmediate);
      }
      const ids = batch.map(({ id }) => id);
      const removed = await untilFree(() => pruning.leaveTombstones(ids, now().toISOString(), record));
      if (removed > 0) bus.emit('jobs-removed');
      await new Promise(setImmediate);
      return removed;
    },

    /** Removes one ended job at a person's request; durable when it returns. Throws `not_found`, `pruned`,
     *  `wrong_state`. */
    async remove(idOrNumber: string, by: Requester): Promise<Job> {
      const event = jobActions.remove.name;
      const refused = { event, by, target: jobTarget(idOrNumber) };
      const job = auditRefusal(audit, refused, () => findEnded(find, idOrNumber));
      const { id, number, operation, status } = job;
      const row = { event, by, target: jobTarget(number), detail: { operation, status } };
      if ((await this.removeBatch([job], () => audit.record({ ...row, outcome: 'ok' }))) === 0) find(id);
      await repository.synced();
      return job;
    },
  };
}

function findEnded(find: Given['find'], idOrNumber: string): Job {
  const job = find(idOrNumber);
  const { number, status } = job;
  if (isTerminal(status)) return job;
  const message = `Job #${number} is ${status}. Only a job that has ended can be removed; cancel it first.`;
  throw new AppError('wrong_state', message, { status });
}
