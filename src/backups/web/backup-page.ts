// The page of one backup, which is fetched again when something about backups changes.
import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { localTime } from '../../web/template-globals.ts';
import { findBackup } from '../find-backup.ts';
import type { BackupsContext } from '../parts.ts';
import { viewOneBackup } from './one-backup-view.ts';

export const backupPage: Page = {
  path: '/backups/:id',
  api: '/api/v1/backups/:id',
  cards: ['backups'],
  reloads: true,
  examples: [],
};

type Named = { Params: { id: string } };

export function registerBackupPage(app: FastifyInstance, ctx: BackupsContext) {
  app.get<Named>(backupPage.path, { config: { isPage: true } }, async (request, reply) => {
    await ctx.look();
    const backup = findBackup(ctx.backups, request.params.id);
    return reply.sendPage({
      template: 'backups/backup-page',
      title: `Backup of ${localTime(backup.at)}`,
      section: '/storage',
      data: { backup: await viewOneBackup(ctx, backup), role: identityOf(request).role },
    });
  });

  app.get<Named>('/ui/backups/:id', async (request, reply) => {
    const backup = findBackup(ctx.backups, request.params.id);
    return reply.view('backups/one-backup', {
      backup: await viewOneBackup(ctx, backup),
      role: identityOf(request).role,
    });
  });
}
