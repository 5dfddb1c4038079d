import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { answerDownload } from './download.ts';
import { requester } from '../../web/requester.ts';
import { viewRunDialog } from '../../operations/run-dialog.ts';
import type { SnapshotContext } from '../parts.ts';
import { receiveSnapshot } from './upload-form.ts';
import { type Form, formBody } from '../../web/validation.ts';
import { enqueueInstall, wantsInstall } from './install.ts';

/** Register where multipart forms are parsed. */
export function registerSnapshotPages(app: FastifyInstance, ctx: SnapshotContext) {
  app.get<{ Querystring: { backup?: string } }>('/ui/index/download', (request, reply) =>
    answerDownload(ctx, request, reply),
  );

  app.post<{ Body: Form | null }>(
    '/ui/index/discard',
    { schema: { body: formBody } },
    async (request, reply) => {
      const { file_name } = ctx.uploads.discard(request.body?.staged_id ?? '', requester(request));
      const notice = {
        tone: 'ok',
        title: `${file_name} discarded.`,
        text: 'Its files were removed.',
      } as const;
      const hosts = ['ops-index-card'];
      return reply.sendAction({ notice, redirect: url('/operations#h-index'), hosts });
    },
  );

  app.post('/ui/index/upload', { config: { isUpload: true } }, async (request, reply) => {
    reply.header('hx-retarget', '#index-note').header('hx-reswap', 'innerHTML');
    const { form, staged } = await receiveSnapshot(ctx, request, reply);
    if (ctx.config.mode === 'noop') {
      const notice = {
        tone: 'ok',
        title: 'Snapshot checked.',
        text: 'Noop mode discards it.',
      } as const;
      return reply.sendAction({
        notice,
        redirect: url('/operations'),
        hosts: ['ops-index-card'],
      });
    }
    if (wantsInstall(form)) {
      const job = await enqueueInstall(ctx, staged, form, requester(request));
      const notice = { tone: 'ok', title: `Install snapshot #${job.number} queued.`, text: '' } as const;
      return reply.sendAction({
        notice,
        redirect: url(`/jobs/${job.number}`),
        hosts: ['ops-index-card'],
      });
    }
    const args = { staged_id: staged.staged_id };
    if (!request.headers['hx-request'])
      return reply.redirect(url('/ui/operations/snapshot/confirm', { staged_id: staged.staged_id }), 303);
    // The upload targets its note; the dialog goes to the host of dialogs.
    reply.header('hx-retarget', '#dialog');
    const operation = ctx.catalogue.get('snapshot');
    return reply.sendDialog('operations/dialog-run', viewRunDialog(ctx, { operation, args }));
  });
}
