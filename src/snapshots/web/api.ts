import { url } from '../../core/url.ts';
import type { FastifyInstance } from 'fastify';
import { answerDownload } from './download.ts';
import { requester } from '../../web/requester.ts';
import { downloadRole, snapshotActions } from '../actions.ts';
import type { SnapshotContext } from '../parts.ts';
import { receiveSnapshot } from './upload-form.ts';
import { enqueueInstall, waitUntilInstalled, wantsInstall } from './install.ts';
import { anyObjectSchema, closedSchema, contentAnswer, objectAnswer, refusals } from '../../core/schemas.ts';

const downloadSchema = {
  summary: 'The live index as a ZIP. `backup=0` leaves out the previous generation.',
  querystring: closedSchema({ backup: { type: 'string', enum: ['0', '1'] } }),
  response: contentAnswer('application/zip', 'The snapshot.'),
};

const uploadSchema = {
  summary: 'Uploads a snapshot, checks it, and installs it.',
  description:
    'A form (multipart/form-data): `reason` and `confirm` (snapshot), then the file `snapshot`. With both, the snapshot is installed before the answer; without, it is kept staged for an hour.',
  response: { 201: anyObjectSchema, 202: anyObjectSchema, ...refusals },
} as const;

const discardSchema = {
  ...objectAnswer,
  summary: 'Removes an uploaded snapshot that is not installed.',
  body: closedSchema({ staged_id: { type: 'string', minLength: 1, maxLength: 40 } }, ['staged_id']),
};

/** Register where multipart forms are parsed. */
export function registerSnapshotApi(app: FastifyInstance, ctx: SnapshotContext) {
  app.get<{ Querystring: { backup?: string } }>(
    '/api/v1/index/snapshot',
    { schema: downloadSchema, config: { reads: downloadRole } },
    (request, reply) => answerDownload(ctx, request, reply),
  );

  app.post<{ Body: { staged_id: string } }>(
    '/api/v1/index/snapshot/discard',
    { schema: discardSchema, config: { action: snapshotActions.discard } },
    (request) => {
      const { staged_id, file_name } = ctx.uploads.discard(request.body.staged_id, requester(request));
      return { staged_id, file_name };
    },
  );

  app.post(
    '/api/v1/index/snapshot',
    { schema: uploadSchema, config: { isUpload: true, action: snapshotActions.upload } },
    async (request, reply) => {
      const { form, staged } = await receiveSnapshot(ctx, request, reply);
      const { staged_id, manifest, coverage, sample } = staged;
      if (!wantsInstall(form)) return reply.code(202).send({ staged_id, manifest, coverage, sample });
      const job = await enqueueInstall(ctx, staged, form, requester(request));
      const index = await waitUntilInstalled(ctx, job);
      reply.code(201).header('location', url(`/api/v1/operations/jobs/${job.id}`));
      return { job_id: job.id, index };
    },
  );
}
