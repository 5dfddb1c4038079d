// How long a session lasts, and how many a token has.
import type { Limits } from './session-repository.ts';

const hourMs = 3_600_000;
const idleMs = 12 * hourMs;
/** Since it was signed in. */
export const sessionMaxMs = 7 * 24 * hourMs;

/** The newest ones of a token; a further session ends the oldest. */
export const maxSessions = 20;

/** The times at or before which a session is too old at `now`. */
export function limitsAt(now: Date): Limits {
  const before = (ms: number) => new Date(now.getTime() - ms).toISOString();
  return { created: before(sessionMaxMs), seen: before(idleMs) };
}
