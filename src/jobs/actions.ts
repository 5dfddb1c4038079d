// The actions on jobs, for their routes and their audit rows.

export const jobTarget = (idOrNumber: string | number): string => `job:${idOrNumber}`;
export const operationTarget = (operation: string): string => `operation:${operation}`;

/** Runs an operation. Destructive arguments need an admin, a reason and the word of the operation. */
export const runAction = {
  name: 'job.accepted',
  refused: 'job.refused',
  role: 'operator',
  tier: 2,
  changes: 'jobs',
  target: operationTarget,
} as const;

const ofJobs = { tier: 1, changes: 'jobs', target: jobTarget } as const;

export const jobActions = {
  cancel: { ...ofJobs, name: 'job.cancel', role: 'operator', allowedInReadOnly: true },
  /** A job with the arguments of another. */
  retry: { ...runAction, refused: 'job.retry', target: jobTarget },
  /** Deletes a log and results that nothing can restore. */
  remove: { ...ofJobs, name: 'job.removed', role: 'admin' },
} as const;
