// Backups: sets of both databases, the index and the settings, which a restore test proves.
import type { Feature } from '../web/feature.ts';
import { backupsCheck } from './backups-check.ts';
import { createBackupsParts } from './parts.ts';
import { backupFact, backupsRow, backupStep } from './rows.ts';
import { listTestable } from './testable.ts';
import { backupPages, registerBackupRoutes } from './web/routes.ts';
import { backupPart } from './web/backup-part.ts';
import { backupsCard } from './web/backups-card.ts';

export const backups: Feature<ReturnType<typeof createBackupsParts>> = {
  name: 'backups',
  pages: backupPages,
  create: createBackupsParts,
  lifecycle: ({ drillWatch }) => ({
    start: drillWatch.start,
    stop: drillWatch.stop,
  }),
  routes: registerBackupRoutes,
  cards: (ctx) => [backupsCard(ctx)],
  options: ({ backups }) => ({ testable: () => listTestable(backups.all()) }),
  checks: (ctx) => [backupsCheck({ ...ctx, vanished: ctx.vanished.unasked })],
  hubRows: (ctx) => [backupsRow(ctx)],
  setupSteps: (ctx) => [backupStep(ctx)],
  outlook: (ctx) => [backupFact(ctx)],
  jobParts: (ctx) => [backupPart(ctx)],
};
