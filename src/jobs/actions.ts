// The actions on jobs, for their routes and their audit rows.

/** Runs an operation. Destructive arguments need an admin, a reason and the word of the operation. */
export const runAction = {
  name: 'job.accepted',
  refused: 'job.refused',
  role: 'operator',
  tier: 2,
  changes: 'jobs',
} as const;

export const jobActions = {
  cancel: { name: 'job.cancel', role: 'operator', tier: 1, changes: 'jobs', allowedInReadOnly: true },
  /** A job with the arguments of another. */
  retry: { ...runAction, refused: 'job.retry' },
  /** Deletes a log and results that nothing can restore. */
  remove: { name: 'job.removed', role: 'admin', tier: 1, changes: 'jobs' },
} as const;
