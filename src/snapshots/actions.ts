// The actions on uploaded snapshots, for their routes and their audit rows.

export const snapshotActions = {
  /** The installation, right after the upload or later, is a destructive run. */
  upload: { name: 'snapshot.upload', role: 'operator', tier: 0, changes: 'index' },
  discard: { name: 'snapshot.discard', role: 'operator', tier: 0, changes: 'index' },
} as const;

/** The least role that may download the index. */
export const downloadRole = 'operator';
