// Holds back what would change something, e.g. during maintenance. The feature `maintenance` declares it; the server asks before
// it reads the body of a request.
import type { Requester } from './audit.ts';

/** An action as far as this decision reads it: see web/action.ts. */
type HeldAction = { name: string; allowedInReadOnly?: true };

/** Rejects with `maintenance` when the action must not change anything now. */
export type HoldBack = (action: HeldAction, by: Requester) => Promise<void>;
