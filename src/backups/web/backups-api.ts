import type { FastifyInstance } from 'fastify';
import { backupKinds, type BackupKind } from '../../backup-store/backup.ts';
import { invalidArguments } from '../../core/arguments.ts';
import { etagOf } from '../../core/edit-conflict.ts';
import {
  closedSchema,
  contentAnswer,
  ifMatchSchema,
  nullable,
  objectSchema,
  optionalBody,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { describeDownload, sendDownload, sendNothing } from '../../web/download.ts';
import { requester } from '../../web/requester.ts';
import { backupActions, backupTarget } from '../actions.ts';
import { openBackupZip } from '../download.ts';
import { findBackup } from '../find-backup.ts';
import type { BackupsContext } from '../parts.ts';
import { backupBody, backupListSchema, backupSchema, listedBody } from './backup-body.ts';

type Named = { Params: { id: string } };
type Paged = { Querystring: { kind?: BackupKind; limit?: number; cursor?: string } };
type Change = { is_kept?: boolean; note?: string | null };

const params = objectSchema({ id: textSchema });

const listRequest = {
  summary: 'The backups whose files are there, the newest first.',
  querystring: closedSchema({
    kind: { type: 'string', enum: backupKinds },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: { type: 'string', maxLength: 200 },
  }),
  response: { 200: backupListSchema, ...refusals },
};

const putSchema = {
  summary: 'Keeps a backup for good or no longer, and writes its note.',
  description: 'A member that is absent stays as it is. Retention leaves a backup that is kept.',
  params,
  headers: ifMatchSchema,
  body: closedSchema({ is_kept: { type: 'boolean' }, note: { ...nullable('string'), maxLength: 200 } }),
  response: { 200: backupSchema, ...refusals },
};

const removal = {
  summary: 'Deletes the files of a backup.',
  description:
    'Needs a reason and the word `delete`. The only proven backup and the newest one are refused as `last_proven`.',
  params,
  body: optionalBody({}),
  response: { 204: { type: 'null' }, ...refusals },
};

export function registerBackupsApi(app: FastifyInstance, ctx: BackupsContext) {
  const { backupEdits, backups } = ctx;
  registerReads(app, ctx);

  app.put<Named & { Body: Change }>(
    '/api/v1/backups/:id',
    { schema: putSchema, config: { action: backupActions.change } },
    async (request, reply) => {
      const by = requester(request);
      const ifMatch = request.headers['if-match'];
      const changed = await backupEdits.change(request.params.id, request.body, by, ifMatch);
      reply.header('etag', etagOf(changed));
      return backupBody(ctx, changed);
    },
  );

  app.delete<Named>(
    '/api/v1/backups/:id',
    { schema: removal, config: { action: backupActions.remove } },
    async (request, reply) => {
      const { confirm, params, reason } = request;
      await backupEdits.remove(params.id, { reason, confirm }, requester(request));
      return reply.code(204).send();
    },
  );

  const download = {
    summary: 'A backup as a ZIP.',
    params,
    response: contentAnswer('application/zip', 'The files of the backup.'),
  };
  app.get<Named>(
    '/api/v1/backups/:id/download',
    { schema: download, config: { reads: 'admin' } },
    async (request, reply) => {
      const backup = findBackup(backups, request.params.id);
      const { close, fileName, stream } = await openBackupZip(ctx, backup);
      const file = { fileName, bytes: null, type: 'application/zip' };
      if (request.method === 'HEAD') {
        await close();
        return sendNothing(describeDownload(reply, file));
      }
      const audited = { ...file, event: 'backup.download', target: backupTarget(backup.id) };
      return sendDownload(reply, await stream(), audited, { ...ctx, by: requester(request) });
    },
  );
}

function registerReads(app: FastifyInstance, ctx: BackupsContext) {
  const { backups, backupSchedules } = ctx;
  app.get<Paged>('/api/v1/backups', { schema: listRequest }, async (request) => {
    await ctx.look();
    const { kind, limit = 50, cursor } = request.query;
    const before = findCursor(backups, cursor);
    const found = backups.page({
      ...(kind ? { kind } : {}),
      ...(before ? { before } : {}),
      limit: limit + 1,
    });
    const items = found.slice(0, limit);
    const totals = backups.totals();
    const { nextBackup, nextTest } = backupSchedules.read();
    return {
      items: items.map(listedBody),
      next_cursor: found.length > limit ? (items.at(-1)?.id ?? null) : null,
      sets: totals.reduce((sum, { sets }) => sum + sets, 0),
      bytes: totals.reduce((sum, { bytes }) => sum + bytes, 0),
      newest: backups.newest()?.id ?? null,
      newest_proven: backups.newestProven()?.id ?? null,
      next_backup: nextBackup,
      next_test: nextTest,
    };
  });

  const one = {
    summary: 'One backup, with its manifest.',
    params,
    response: { 200: backupSchema, ...refusals },
  };
  app.get<Named>('/api/v1/backups/:id', { schema: one }, async (request, reply) => {
    await ctx.look();
    const backup = findBackup(backups, request.params.id);
    reply.header('etag', etagOf(backup));
    return backupBody(ctx, backup);
  });
}

/** The last backup of the page before, also if it is gone by now. */
function findCursor(backups: BackupsContext['backups'], cursor: string | undefined) {
  if (cursor === undefined) return null;
  const found = backups.find(cursor);
  if (found) return found;
  throw invalidArguments([{ field: 'cursor', message: 'cursor: there is no backup of this name.' }]);
}
