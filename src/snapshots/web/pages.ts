import type { FastifyInstance } from 'fastify';
import { answerAction } from '../../web/actions.ts';
import { sendDialog } from '../../operations/web/dialog.ts';
import { answerDownload } from './download.ts';
import { requester } from '../../web/requester.ts';
import type { Services } from '../../web/services.ts';
import { receiveSnapshot } from './upload-form.ts';
import { type Form, formBody } from '../../web/validation.ts';
import { enqueueInstall, wantsInstall } from './install.ts';

/** Register where multipart forms are parsed. */
export function registerSnapshotPages(app: FastifyInstance, services: Services) {
  app.get<{ Querystring: { backup?: string } }>('/ui/index/download', (request, reply) =>
    answerDownload(services, request, reply),
  );

  app.post<{ Body: Form | null }>(
    '/ui/index/discard',
    { schema: { body: formBody } },
    async (request, reply) => {
      const { file_name } = services.uploads.discard(request.body?.staged_id ?? '', requester(request));
      const notice = {
        tone: 'ok',
        title: `${file_name} discarded.`,
        text: 'Its files are removed.',
      } as const;
      const hosts = ['ops-index-card'];
      return answerAction(app, services, request, reply, { notice, redirect: '/operations#h-index', hosts });
    },
  );

  app.post('/ui/index/upload', { config: { isUpload: true } }, async (request, reply) => {
    reply.header('hx-retarget', '#index-note').header('hx-reswap', 'innerHTML');
    const { form, staged } = await receiveSnapshot(services, request, reply);
    if (services.config.mode === 'noop') {
      const notice = {
        tone: 'ok',
        title: 'Snapshot checked.',
        text: 'In noop mode it is discarded.',
      } as const;
      return answerAction(app, services, request, reply, {
        notice,
        redirect: '/operations',
        hosts: ['ops-index-card'],
      });
    }
    if (wantsInstall(form)) {
      const job = await enqueueInstall(services, staged, form, requester(request));
      const notice = { tone: 'ok', title: `Install snapshot #${job.number} queued.`, text: '' } as const;
      return answerAction(app, services, request, reply, {
        notice,
        redirect: `/jobs/${job.number}`,
        hosts: ['ops-index-card'],
      });
    }
    const args = { staged_id: staged.staged_id };
    if (!request.headers['hx-request'])
      return reply.redirect(`/ui/operations/snapshot/confirm?staged_id=${staged.staged_id}`, 303);
    reply.header('hx-retarget', '#dialog');
    return sendDialog(services, request, reply, { operation: services.catalogue.get('snapshot'), args });
  });
}
