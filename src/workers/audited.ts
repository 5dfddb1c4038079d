// Runs a verb on the workers in one transaction with its audit row; audits a refusal, too.
import type { AuditEntry } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import type { WorkerRepository } from './repository.ts';

type Entry = AuditEntry & {
  /** Reads what the verb changes, for the row: as it was before, and as it is after. */
  reads?: () => unknown;
};
export type Audited = <T>(entry: Entry, work: () => T) => Promise<T>;

export function createAudited(
  given: Pick<Kernel, 'audit' | 'bus' | 'untilFree'> & { repository: WorkerRepository },
): Audited {
  const { repository, audit, bus, untilFree } = given;
  return async ({ reads, ...entry }, work) => {
    try {
      const done = await untilFree(() =>
        repository.transaction(() => {
          const before = reads?.();
          const result = work();
          const detail = reads ? { ...entry.detail, before, after: reads() } : (entry.detail ?? null);
          audit.record({ ...entry, outcome: 'ok', detail });
          return result;
        }),
      );
      bus.emit('workers');
      return done;
    } catch (error) {
      if (error instanceof AppError) {
        const { code, message } = error;
        await untilFree(() => audit.refuse({ ...entry, code, message }));
      }
      throw error;
    }
  };
}
