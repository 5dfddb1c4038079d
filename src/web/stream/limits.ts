// The limits of open streams: of all, and of one browser.
import type { Config } from '../../core/config.ts';
import { AppError } from '../../core/errors.ts';

type Limits = Pick<Config, 'maxStreams' | 'maxStreamsPerClient'>;
type Counts = { count: () => number; countOf: (owner: string) => number };

/** Throws `too_many_streams`. A stream without an owner counts only towards the total. */
export function assertWithinLimits(readers: Counts, limits: Limits, owner: string | null) {
  const { maxStreams, maxStreamsPerClient } = limits;
  if (owner !== null && readers.countOf(owner) >= maxStreamsPerClient) {
    throw tooMany(
      `This browser has ${maxStreamsPerClient} live connections open, the limit for one browser (CHL_MAX_STREAMS_PER_CLIENT). This page does not update by itself; close other pages of this dashboard.`,
    );
  }
  if (readers.count() < maxStreams) return;
  throw tooMany(
    `The server has ${maxStreams} live connections open, the limit for all browsers (CHL_MAX_STREAMS). This page does not update by itself; close other pages, or try again later.`,
  );
}

function tooMany(message: string): AppError {
  return new AppError('too_many_streams', message);
}
