// The actions on the workers and their queue, for their routes and their audit rows.

const ofWorkers = { role: 'operator', tier: 0, changes: 'workers', target: 'workers' } as const;
const ofQueue = { ...ofWorkers, target: 'queue' } as const;

export const workerActions = {
  pause: { ...ofWorkers, name: 'workers.pause' },
  resume: { ...ofWorkers, name: 'workers.resume' },
  drain: { ...ofWorkers, name: 'workers.drain', tier: 1 },
  cancelDrain: { ...ofWorkers, name: 'workers.drain_cancel' },
  retryFailed: { ...ofQueue, name: 'queue.retry_failed', changes: 'queue' },
  pauseKind: { ...ofQueue, name: 'queue.pause' },
  resumeKind: { ...ofQueue, name: 'queue.resume' },
} as const;
