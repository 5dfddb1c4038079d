import { url } from '../../core/url.ts';
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { answerDownload } from './download.ts';
import { requester } from '../../web/requester.ts';
import { viewRunDialog } from '../../operations/run-dialog.ts';
import { downloadRole, snapshotActions } from '../actions.ts';
import type { SnapshotContext } from '../parts.ts';
import { registerSnapshotApi } from './api.ts';
import { formLimits } from '../../web/upload-form.ts';
import { receiveSnapshot } from './upload-form.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import { enqueueInstall, wantsInstall } from './install.ts';

/** Only these routes parse multipart forms. */
export async function registerSnapshotRoutes(app: FastifyInstance, ctx: SnapshotContext) {
  await app.register(async (forms) => {
    await forms.register(multipart, { limits: formLimits });
    registerPages(forms, ctx);
    registerSnapshotApi(forms, ctx);
  });
}

function registerPages(app: FastifyInstance, ctx: SnapshotContext) {
  app.get<{ Querystring: { backup?: string } }>(
    '/ui/index/download',
    { config: { reads: downloadRole } },
    (request, reply) => answerDownload(ctx, request, reply),
  );

  app.post<Posted>(
    '/ui/index/discard',
    { ...isForm, config: { action: snapshotActions.discard, page: '/operations' } },
    (request, reply) => {
      const { file_name } = ctx.uploads.discard(request.body?.staged_id ?? '', requester(request));
      return answer(reply, `${file_name} discarded.`, 'Its files were removed.', '/operations#h-index');
    },
  );

  app.post(
    '/ui/index/upload',
    { config: { isUpload: true, action: snapshotActions.upload, page: '/operations' } },
    async (request, reply) => {
      reply.header('hx-retarget', '#index-note').header('hx-reswap', 'innerHTML');
      const { form, staged } = await receiveSnapshot(ctx, request, reply);
      if (ctx.config.mode === 'noop')
        return answer(reply, 'Snapshot checked.', 'Noop mode discards it.', '/operations');
      if (wantsInstall(form)) {
        const { number } = await enqueueInstall(ctx, staged, form, requester(request));
        return answer(reply, `Install snapshot #${number} queued.`, '', `/jobs/${number}`);
      }
      const args = { staged_id: staged.staged_id };
      if (!request.headers['hx-request'])
        return reply.redirect(url('/ui/operations/snapshot/confirm', args), 303);
      // The upload targets its note; the dialog goes to the host of dialogs.
      reply.header('hx-retarget', '#dialog');
      const operation = ctx.catalogue.get('snapshot');
      return reply.sendDialog('operations/dialog-run', viewRunDialog(ctx, { operation, args }));
    },
  );
}

function answer(reply: FastifyReply, title: string, text: string, path: string) {
  return reply.sendAction({
    notice: { tone: 'ok', title, text },
    redirect: url(path),
    hosts: ['ops-index-card'],
  });
}
