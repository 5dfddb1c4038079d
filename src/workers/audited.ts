// Runs a verb on the workers in one transaction with its audit row; audits a refusal, too.
import { type AuditEntry, auditRefusal } from '../core/audit.ts';
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
    const change = () =>
      repository.transaction(() => {
        const before = reads?.();
        const result = work();
        const detail = reads ? { ...entry.detail, before, after: reads() } : (entry.detail ?? null);
        audit.record({ ...entry, outcome: 'ok', detail });
        return result;
      });
    const done = await untilFree(() => auditRefusal(audit, entry, change));
    bus.emit('workers');
    return done;
  };
}
