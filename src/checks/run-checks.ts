// Check now: somebody asks for the looks of all checks, or of one.
import { type Audit, auditRefusal, type Requester } from '../core/audit.ts';
import { AppError } from '../core/errors.ts';
import type { Checker } from './checker.ts';

export function createRunChecks({ checker, audit }: { checker: Checker; audit: Audit }) {
  /** Resolves when the looks have ended. Throws `not_found`. */
  return async (id: string | undefined, by: Requester): Promise<void> => {
    const audited = { event: 'checks.run', by, target: id === undefined ? null : `check:${id}` };
    auditRefusal(audit, audited, () => assertKnown(checker, id));
    audit.record({ ...audited, outcome: 'ok' });
    await checker.runOnce(id);
  };
}

function assertKnown(checker: Checker, id: string | undefined) {
  if (id === undefined || checker.watches().some(({ check }) => check.id === id)) return;
  throw new AppError('not_found', `There is no check ${JSON.stringify(id.slice(0, 80))}.`);
}
