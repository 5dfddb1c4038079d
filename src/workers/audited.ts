// Runs a verb on the workers in one transaction with its audit row; audits a refusal, too.
import type { Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { WorkerRepository } from './repository.ts';

type Entry = { event: string; by: Requester; target: string; detail?: Record<string, unknown> };
export type Audited = <T>(entry: Entry, work: () => T) => Promise<T>;

export function createAudited(
  given: Pick<Kernel, 'audit' | 'bus' | 'untilFree'> & { repository: WorkerRepository },
): Audited {
  const { repository, audit, bus, untilFree } = given;
  return async (entry, work) => {
    try {
      const done = await untilFree(() =>
        repository.transaction(() => {
          const result = work();
          audit.record({ ...entry, outcome: 'ok' });
          return result;
        }),
      );
      bus.emit('workers');
      return done;
    } catch (error) {
      if (error instanceof AppError) {
        const detail = { ...entry.detail, code: error.code, message: error.message };
        await untilFree(() => audit.record({ ...entry, outcome: 'refused', detail }));
      }
      throw error;
    }
  };
}
