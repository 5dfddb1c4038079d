// Restore: goes back to a backup.
import type { Feature } from '../web/feature.ts';
import { createRestoreParts } from './parts.ts';
import { listRestorable } from './restorable.ts';
import { registerRestoreRoutes } from './web/routes.ts';

export const restore: Feature<ReturnType<typeof createRestoreParts>> = {
  name: 'restore',
  create: createRestoreParts,
  routes: registerRestoreRoutes,
  options: ({ backupRepository }) => ({ restorable: () => listRestorable(backupRepository.all()) }),
};
