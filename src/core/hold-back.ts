// Holds back what would change something, e.g. during maintenance. The feature `maintenance` declares it; the server asks before
// it reads the body of a request, and pages lock the controls beforehand.
import type { Requester } from './audit.ts';
import type { Kernel } from './kernel.ts';

/** The cause of the refusals, as a sentence; `ends_at`: their end, null when it is not known. */
export type Hold = { why: string; ends_at: string | null };

export type HoldBack = {
  /** Rejects with `maintenance` when the action must not change anything now. */
  assertPossible(action: { name: string; allowedInReadOnly?: true }, by: Requester): Promise<void>;
  /** The hold on all actions that are not allowed in read-only maintenance; null while they are possible. */
  current(): Hold | null;
};

export type CreateHoldBack = (given: Pick<Kernel, 'audit' | 'bus' | 'now' | 'ops' | 'untilFree'>) => HoldBack;
