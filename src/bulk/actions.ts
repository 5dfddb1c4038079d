/** One of the actions on jobs, on many; a removal needs an admin. Each job has a row of its own, too. */
export const bulkAction = {
  name: 'jobs.bulk',
  role: 'operator',
  tier: 1,
  changes: 'jobs',
  target: 'jobs',
} as const;
