// The buttons and dialogs of backups: both schedules at once, keep, release, delete.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import type { AppError } from '../../core/errors.ts';
import { formatBytes } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { dayTime } from '../../web/template-globals.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { backupActions, deleteWord } from '../actions.ts';
import { findBackup } from '../find-backup.ts';
import type { BackupsContext } from '../parts.ts';
import { kindOf } from './backup-view.ts';

type Named = { Params: { id: string } };

const page = '/backups/:id';
const noteMaxLength = 200;

export function registerBackupForms(app: FastifyInstance, ctx: BackupsContext) {
  registerSetUp(app, ctx);
  registerKeeping(app, ctx);
  registerRemoval(app, ctx);
}

function registerSetUp(app: FastifyInstance, { backupSchedules }: BackupsContext) {
  const config = { action: backupActions.setUp, page: '/backups' };
  app.post<Posted>('/ui/backups/schedules/on', { ...isForm, config }, async (request, reply) => {
    const text = await backupSchedules.setUp(requester(request));
    const notice = { tone: 'ok' as const, title: 'Schedules switched on.', text };
    return reply.sendAction({ notice, redirect: url('/backups'), hosts: [] });
  });
}

function registerKeeping(app: FastifyInstance, ctx: BackupsContext) {
  const { backupEdits } = ctx;
  const action = backupActions.change;

  app.get<Named>('/ui/backups/:id/keep', { config: { isPage: true } }, (request, reply) => {
    const backup = findBackup(ctx.backups, request.params.id);
    return reply.sendDialog('backups/dialog-keep', {
      question: `Keep the backup of ${dayTime(backup.at)}?`,
      consequences: ['Retention leaves it until you release it. It counts against the limit of the size.'],
      note: backup.note ?? '',
      noteMaxLength,
      action: url(`${addressOf(backup.id)}/keep`),
      confirm: 'Keep backup',
      keep: 'Go back',
      back: pageOf(backup.id),
      section: '/storage',
    });
  });

  app.post<Named & Posted>(
    '/ui/backups/:id/keep',
    { ...isForm, config: { action } },
    async (request, reply) => {
      const { id } = request.params;
      const note = (request.body?.note ?? '').trim().slice(0, noteMaxLength) || null;
      await backupEdits.change(id, { is_kept: true, note }, requester(request));
      const notice = { tone: 'ok' as const, title: 'Backup kept.', text: 'Retention leaves it.' };
      return reply.sendAction({ notice, redirect: pageOf(id), hosts: [] });
    },
  );

  const releases = { ...isForm, config: { action, page } };
  app.post<Named & Posted>('/ui/backups/:id/release', releases, async (request, reply) => {
    const { id } = request.params;
    await backupEdits.change(id, { is_kept: false }, requester(request));
    const text = 'Retention may remove it when it is no longer needed.';
    const notice = { tone: 'ok' as const, title: 'Backup released.', text };
    return reply.sendAction({ notice, redirect: pageOf(id), hosts: [] });
  });
}

function registerRemoval(app: FastifyInstance, ctx: BackupsContext) {
  app.get<Named>('/ui/backups/:id/remove', { config: { isPage: true } }, (request, reply) =>
    sendRemoval(ctx, reply, request.params.id, {}),
  );

  app.post<Named & Posted>(
    '/ui/backups/:id/remove',
    { ...isForm, config: { action: backupActions.remove } },
    async (request, reply) => {
      const { id } = request.params;
      const form = request.body ?? {};
      try {
        await ctx.backupEdits.remove(id, form, requester(request));
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        if (error.code === 'not_found') throw error;
        return sendRemoval(ctx, reply.code(statusOf(error)).intoDialog(), id, form, error);
      }
      const text = 'Its page says when it was deleted, and by whom.';
      const notice = { tone: 'ok' as const, title: 'Backup deleted.', text };
      return reply.sendAction({ notice, redirect: url('/backups'), hosts: [] });
    },
  );
}

function sendRemoval(ctx: BackupsContext, reply: FastifyReply, id: string, form: Form, error?: AppError) {
  const backup = findBackup(ctx.backups, id);
  const { problemOf, message } = readProblems(error);
  return reply.sendDialog('backups/dialog-remove', {
    question: `Delete the backup of ${dayTime(backup.at)}?`,
    consequences: [
      `${kindOf(backup)}, ${formatBytes(backup.bytes)}. Its files are deleted and do not come back.`,
      ...(backup.kind === 'before_import' ? ['The job that made it can no longer be undone.'] : []),
    ],
    message: message ?? ctx.whyKept(backup)?.message ?? null,
    isDestructive: true,
    word: deleteWord,
    minReason: reasonMinLength,
    reason: form.reason ?? '',
    typed: form.confirm ?? '',
    problemOf: { reason: problemOf('reason'), confirm: problemOf('confirm') },
    blocker: null,
    action: url(`${addressOf(id)}/remove`),
    confirm: 'Delete backup',
    keep: 'Keep it',
    back: pageOf(id),
    section: '/storage',
  });
}

const addressOf = (id: string) => `/ui/backups/${encodeURIComponent(id)}`;
const pageOf = (id: string) => url(`/backups/${encodeURIComponent(id)}`);
