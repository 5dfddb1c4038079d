// Slows down guessing: after five wrong tokens within a minute, further wrong ones of the same peer are refused with another
// code. A right token is never refused, because all users of a machine share one address.
import { AppError } from '../core/errors.ts';

const perMinute = 5;
const minuteMs = 60_000;
/** Above this number, the peer whose failure is the longest ago is forgotten. */
const maxPeers = 1000;

export type Attempts = ReturnType<typeof createAttempts>;

export function createAttempts(now: () => Date) {
  /** The times of the last failures by peer, the newest last. */
  const failures = new Map<string, number[]>();

  return {
    /** Counts a wrong token. Returns `unauthorized`, or `too_many_attempts` when there were too many before. */
    fail(peer: string): AppError {
      const at = now().getTime();
      const recent = (failures.get(peer) ?? []).filter((time) => at - time < minuteMs);
      if (recent.length >= perMinute)
        return new AppError('too_many_attempts', 'Too many wrong tokens. Try again in 60 s.');
      failures.delete(peer);
      failures.set(peer, [...recent, at]);
      const [oldest = peer] = failures.keys();
      if (failures.size > maxPeers) failures.delete(oldest);
      return new AppError('unauthorized', 'This token is not known, or it was revoked.');
    },
  };
}
