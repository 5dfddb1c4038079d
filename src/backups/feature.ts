// Backups: sets of both databases, the index and the settings, which a restore test proves.
import type { Feature } from '../web/feature.ts';
import { backupsCheck } from './backups-check.ts';
import { createBackupsParts } from './parts.ts';
import { listTestable } from './testable.ts';

export const backups: Feature<ReturnType<typeof createBackupsParts>> = {
  name: 'backups',
  create: createBackupsParts,
  lifecycle: ({ drillWatch }) => ({
    recover: drillWatch.recover,
    start: drillWatch.start,
    stop: drillWatch.stop,
  }),
  options: ({ backups }) => ({ testable: () => listTestable(backups.all()) }),
  checks: (ctx) => [backupsCheck(ctx)],
};
