// The page of backups, which is fetched again when something about backups changes.
import type { FastifyInstance } from 'fastify';
import { type BackupKind, backupKinds } from '../../backup-store/backup.ts';
import { objectSchema } from '../../core/schemas.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import type { BackupsContext } from '../parts.ts';
import { type BackupsQuery, viewBackups } from './backups-view.ts';

export const backupsPage: Page = {
  path: '/backups',
  api: '/api/v1/backups',
  cards: ['backups'],
  reloads: true,
  examples: ['/backups', '/backups?kind=before_update'],
};

type Listed = { Querystring: { kind?: string; before?: string } };

const schema = {
  querystring: objectSchema({ kind: { type: 'string' }, before: { type: 'string', maxLength: 200 } }),
};

export function registerBackupsPage(app: FastifyInstance, ctx: BackupsContext) {
  app.get<Listed>(backupsPage.path, { config: { isPage: true }, schema }, async (request, reply) => {
    await ctx.look();
    return reply.sendPage({
      template: 'backups/backups-page',
      title: 'Backups',
      section: '/storage',
      data: { list: await viewBackups(ctx, readQuery(request.query)), role: identityOf(request).role },
    });
  });

  /** The content of the list's host, with the sentence of the heading. */
  app.get<Listed>('/ui/backups', { schema }, async (request, reply) =>
    reply.view('backups/backups-part', {
      list: await viewBackups(ctx, readQuery(request.query)),
      role: identityOf(request).role,
    }),
  );
}

/** An unknown kind shows all. */
function readQuery({ kind, before }: Listed['Querystring']): BackupsQuery {
  const known = backupKinds.find((one): one is BackupKind => one === kind);
  return { ...(known ? { kind: known } : {}), ...(before ? { before } : {}) };
}
