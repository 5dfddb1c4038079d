// Stages the index of a backup, by the page of the backup and by the API; gives its settings to a program.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { parseJson } from '../../core/json.ts';
import { anyObjectSchema, refusals } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { viewRunDialog } from '../../operations/run-dialog.ts';
import { snapshotActions } from '../../snapshots/actions.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { RestoreContext } from '../parts.ts';
import { stagedName, stageIndex } from '../stage-index.ts';

const stages = { ...snapshotActions.upload, target: stagedName };

type OfBackup = { Params: { id: string } };

const stageSchema = {
  summary: 'Checks the index of a backup, and keeps it staged for an hour.',
  description: 'The operation `snapshot` installs it, with the `staged_id` of the answer.',
  response: { 202: anyObjectSchema, ...refusals },
} as const;

const settingsSchema = {
  summary: 'The settings of a backup, without secrets, as `POST /api/v1/settings/import` takes them.',
  description:
    'Leaves out those that this server does not have, such as limits of an operation that is gone. One that was saved since the backup is null, its default.',
  response: { 200: anyObjectSchema, ...refusals },
} as const;

export function registerRestoreRoutes(app: FastifyInstance, ctx: RestoreContext) {
  app.post<OfBackup & Posted>(
    '/ui/backups/:id/index',
    { ...isForm, config: { action: stages, page: '/backups/:id' } },
    async (request, reply) => {
      const { id } = request.params;
      const { staged_id } = await stageIndex(ctx, { id, by: requester(request), signal: untilGone(reply) });
      if (ctx.config.mode === 'noop') {
        const notice = { tone: 'ok' as const, title: 'Index checked.', text: 'Noop mode discards it.' };
        return reply.sendAction({ notice, redirect: url(`/backups/${id}`), hosts: [] });
      }
      const args = { staged_id };
      if (!request.headers['hx-request'])
        return reply.redirect(url('/ui/operations/snapshot/confirm', args), 303);
      const operation = ctx.catalogue.get('snapshot');
      return reply.sendDialog('operations/dialog-run', viewRunDialog(ctx, { operation, args }));
    },
  );

  app.post<OfBackup>(
    '/api/v1/backups/:id/index',
    { schema: stageSchema, config: { action: stages } },
    async (request, reply) => {
      const { id } = request.params;
      const staged = await stageIndex(ctx, { id, by: requester(request), signal: untilGone(reply) });
      const { staged_id, manifest, coverage, sample } = staged;
      return reply.code(202).send({ staged_id, manifest, coverage, sample });
    },
  );

  app.get<OfBackup>('/api/v1/backups/:id/settings', { schema: settingsSchema }, async (request, reply) => {
    const text = await ctx.setReader.settingsOf(request.params.id);
    reply.header('content-disposition', `attachment; filename="chl-settings-${request.params.id}.json"`);
    return ctx.settingsFile.withoutUnknown(
      ctx.settingsFile.withDefaults(parseJson(text), requester(request).role),
    );
  });
}

/** Is aborted when the client is gone. */
function untilGone(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}
