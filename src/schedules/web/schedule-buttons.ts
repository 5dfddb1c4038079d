// The buttons of a schedule: on and off, run now, remove.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import type { AppError } from '../../core/errors.ts';
import { shorten } from '../../core/shorten.ts';
import { url } from '../../core/url.ts';
import { describeStart } from '../../operations/describe-start.ts';
import { waitableOf } from '../../operations/blocked-run.ts';
import { leastRoleFor } from '../../jobs/refusals.ts';
import { isCorrectable } from '../../operations/run-dialog.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { scheduleActions } from '../actions.ts';
import { findSchedule } from './find-schedule.ts';
import type { SchedulesContext } from '../parts.ts';

type Named = { Params: { name: string } };

export function registerScheduleButtons(app: FastifyInstance, ctx: SchedulesContext) {
  const { scheduleEdits } = ctx;

  app.post<Named & Posted>(
    '/ui/schedules/:name/switch',
    { ...isForm, config: { action: scheduleActions.change, page: '/schedules/:name' } },
    async (request, reply) => {
      const isOn = request.body?.is_on !== 'false';
      const { name } = await scheduleEdits.switch(request.params.name, isOn, requester(request));
      const text = isOn ? 'It runs at its times.' : 'It starts nothing until it is on again.';
      const notice = { tone: 'ok' as const, title: `${name} is ${isOn ? 'on' : 'off'}.`, text };
      return answer(reply, name, notice);
    },
  );

  app.get<Named>('/ui/schedules/:name/run', { config: { isPage: true } }, (request, reply) =>
    sendRunDialog(ctx, reply, findSchedule(ctx, request.params.name), {}),
  );

  app.post<Named & Posted>(
    '/ui/schedules/:name/run',
    { ...isForm, config: { action: scheduleActions.run } },
    async (request, reply) => {
      const { name } = request.params;
      const form = request.body ?? {};
      const { key, reason, confirm } = form;
      const run = () =>
        scheduleEdits.runNow(name, requester(request), { reason, confirm, whenLocked: 'wait' });
      try {
        const job = await (key === undefined ? run() : ctx.idempotency(`${request.url} ${key}`, run));
        const text = `${describeStart(ctx.jobs, job)} Its times stay as they are.`;
        const notice = {
          tone: 'ok' as const,
          title: `${name} queued as #${job.number}.`,
          text,
          job: job.number,
        };
        return await answer(reply, name, notice);
      } catch (thrown) {
        if (!isCorrectable(thrown)) throw thrown;
        const error = readRefusal(thrown, request);
        const schedule = findSchedule(ctx, name);
        return sendRunDialog(ctx, reply.code(statusOf(error)).intoDialog(), schedule, form, error);
      }
    },
  );

  app.get<Named>('/ui/schedules/:name/remove', { config: { isPage: true } }, (request, reply) =>
    reply.sendDialog('schedules/dialog-remove', viewRemoval(findSchedule(ctx, request.params.name))),
  );

  app.post<Named>(
    '/ui/schedules/:name/remove',
    { config: { action: scheduleActions.remove } },
    async (request, reply) => {
      const { name } = request.params;
      await scheduleEdits.remove(name, requester(request));
      const text = 'Its jobs stay in the history.';
      const notice = { tone: 'ok' as const, title: `${name} removed.`, text };
      return reply.sendAction({ notice, redirect: url('/schedules'), hosts: [] });
    },
  );
}

function answer(
  reply: FastifyReply,
  name: string,
  notice: Parameters<FastifyReply['sendAction']>[0]['notice'],
) {
  return reply.sendAction({ notice, redirect: url(`/schedules/${name}`), hosts: [`schedule-${name}-card`] });
}

function sendRunDialog(
  ctx: SchedulesContext,
  reply: FastifyReply,
  schedule: Schedule,
  form: Form,
  error?: AppError,
) {
  return reply.sendDialog('schedules/dialog-run', viewRunNow(ctx, schedule, form, error));
}

function viewRunNow(ctx: SchedulesContext, schedule: Schedule, form: Form, error?: AppError) {
  const { name, args } = schedule;
  const operation = ctx.catalogue.get(schedule.operation);
  const checked = ctx.readArguments(operation, args);
  const isDestructive = operation.danger(args) === 'destructive';
  const { problemOf, message } = readProblems(error);
  return {
    ...operation.dialog(checked, ctx.config),
    name,
    question: `Run ${name} now?`,
    action: url(`/ui/schedules/${name}/run`),
    back: url(`/schedules/${name}`),
    icon: operation.icon,
    tone: isDestructive ? 'bad' : 'warn',
    subject: shorten(operation.subject(checked)),
    isDestructive,
    needs: leastRoleFor(operation, args),
    word: operation.confirmWord,
    minReason: reasonMinLength,
    key: form.key ?? randomUUID(),
    reason: form.reason ?? schedule.reason ?? '',
    typed: form.confirm ?? '',
    problemOf: { reason: problemOf('reason'), confirm: problemOf('confirm') },
    message,
    blocker: waitableOf(ctx.jobs.blockerOf(operation, checked)),
  };
}

function viewRemoval({ name }: Schedule) {
  return {
    question: `Remove the schedule ${name}?`,
    consequences: [
      'It starts nothing any more. To keep it for later, switch it off instead.',
      'Its jobs stay in the history.',
    ],
    action: url(`/ui/schedules/${name}/remove`),
    confirm: 'Remove schedule',
    keep: 'Keep it',
    back: url(`/schedules/${name}`),
  };
}
