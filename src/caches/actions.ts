import type { Requester } from '../core/audit.ts';

/** The target of audit rows. */
export const cacheTarget = (name: string) => `cache:${name}`;

export const flushing = {
  name: 'cache.flushed',
  role: 'operator',
  tier: 1,
  changes: 'caches',
  target: cacheTarget,
} as const;

/** `reason`: of the requester, unless the form has one. */
export type FlushGiven = { name: string; reason: string | null; by: Requester };
