// The page of one backup, which is fetched again when something about backups changes.
import type { FastifyInstance } from 'fastify';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { localTime } from '../../web/template-globals.ts';
import { unknownBackup } from '../actions.ts';
import type { BackupsContext } from '../parts.ts';
import { viewGone } from './gone-view.ts';
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
    const { id } = request.params;
    const shown = await viewPage(ctx, id);
    return reply.code(shown.gone ? 404 : 200).sendPage({
      template: 'backups/backup-page',
      title: `Backup of ${localTime(shown.at)}`,
      section: '/storage',
      data: { ...shown, path: url(`/ui/backups/${encodeURIComponent(id)}`), role: identityOf(request).role },
    });
  });

  /** The content of the page's host. */
  app.get<Named>('/ui/backups/:id', async (request, reply) => {
    const shown = await viewPage(ctx, request.params.id);
    return reply.view('backups/backup-or-gone', { ...shown, role: identityOf(request).role });
  });
}

/** The page of a backup that is gone says what has become of it. */
async function viewPage(ctx: BackupsContext, id: string) {
  const backup = ctx.backups.find(id);
  if (!backup) throw unknownBackup(id);
  const { at, gone_at: goneAt } = backup;
  if (goneAt !== null) return { at, backup: null, gone: viewGone(ctx, backup) };
  return { at, backup: await viewOneBackup(ctx, backup), gone: null };
}
