// Restore: goes back to a backup.
import type { Feature } from '../web/feature.ts';
import { createRestoreParts } from './parts.ts';
import { removeUnfinished } from './replace-database.ts';
import { listRestorable } from './restorable.ts';
import { registerRestoreRoutes } from './web/routes.ts';

export const restore: Feature<ReturnType<typeof createRestoreParts>> = {
  name: 'restore',
  create: createRestoreParts,
  routes: registerRestoreRoutes,
  lifecycle: ({ config: { databasePath, opsDatabasePath } }) => ({
    recover: () => removeUnfinished([databasePath, opsDatabasePath]),
  }),
  options: ({ backupRepository }) => ({ restorable: () => listRestorable(backupRepository.all()) }),
};
