// Breaks of the databases that can be repaired while the server runs.
import { openDatabase } from '../../src/core/db/open.ts';
import type { TestApp } from './app.ts';
import { type Break, threshold } from './break.ts';

/** Another connection holds each database, as another program does. */
export function breaksOfLocks(app: TestApp): Break[] {
  const { databasePath, opsDatabasePath } = app.config;
  return [
    threshold(
      app,
      { lockedMs: -1 },
      {
        check: 'database-locks',
        component: 'database',
        title: 'Jobs fail: chl.db is locked by another program',
        apply: () => lock(databasePath),
      },
    ),
    {
      check: 'database-locks',
      component: 'database',
      title: 'Jobs fail: ops.db is locked by another program',
      apply: () => lock(opsDatabasePath),
    },
  ];
}

/** Returns what ends it. */
export function lock(file: string): () => void {
  const db = openDatabase(file, { busyMs: 1000 });
  db.exec('BEGIN IMMEDIATE');
  return () => db.close();
}
