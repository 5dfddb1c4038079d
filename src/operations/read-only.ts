import type { Unavailable } from '../core/operation.ts';
import { url } from '../core/url.ts';
import type { Blocker } from '../jobs/lock-queue.ts';

/** Why a run is not possible while a maintenance window makes the server read-only: no job may wait for its end. */
export function unavailableDuring(blocker: Blocker | null): Unavailable | null {
  if (!blocker || blocker.window === null || blocker.level !== 'read_only') return null;
  const instead = { text: 'See until when', href: url('/settings/maintenance') };
  return { why: 'The server is read-only for maintenance.', instead };
}
