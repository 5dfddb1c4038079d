import type { FastifyInstance } from 'fastify';
import type { BackupsContext } from '../parts.ts';
import { registerBackupForms } from './backup-forms.ts';
import { backupPage, registerBackupPage } from './backup-page.ts';
import { registerBackupsApi } from './backups-api.ts';
import { backupsPage, registerBackupsPage } from './backups-page.ts';

export const backupPages = [backupsPage, backupPage];

export function registerBackupRoutes(app: FastifyInstance, ctx: BackupsContext) {
  registerBackupsPage(app, ctx);
  registerBackupPage(app, ctx);
  registerBackupForms(app, ctx);
  registerBackupsApi(app, ctx);
}
