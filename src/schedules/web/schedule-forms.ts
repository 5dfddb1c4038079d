// The form that adds or changes a schedule, and its preview. All problems of a form are shown at once.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { invalidArguments, readProblems } from '../../core/arguments.ts';
import type { Requester } from '../../core/audit.ts';
import { AppError } from '../../core/errors.ts';
import { url } from '../../core/url.ts';
import type { Schedule } from '../../schedule-store/schedule.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, lastValues, type Posted } from '../../web/validation.ts';
import { scheduleActions } from '../actions.ts';
import { findSchedule } from './find-schedule.ts';
import { viewForm } from './form-view.ts';
import type { SchedulesContext } from '../parts.ts';
import { anyRule, formAgain, newForm, readScheduleForm, readShown } from './schedule-form.ts';
import { sendForm } from './send-form.ts';

type Named = { Params: { name: string } };

export function registerScheduleForms(app: FastifyInstance, ctx: SchedulesContext) {
  const { catalogue, schedules, scheduleEdits } = ctx;
  const changes = (page: string) => ({ ...isForm, config: { action: scheduleActions.change, page } });

  /** Reads only. htmx takes the parts of the form that it replaces; without scripts the page comes back with them. */
  app.get<{ Querystring: Form }>('/ui/schedules/preview', { config: { isPage: true } }, (request, reply) => {
    const typed = lastValues(request.query);
    const stored = typed.edits ? schedules.find(typed.edits) : null;
    const form = stored ? formAgain(stored, catalogue.find(typed.operation ?? ''), typed) : newForm(typed);
    if (request.headers['hx-request'])
      return reply.view('schedules/form-parts', { form: viewForm(ctx, { stored, form }) });
    const by = requester(request);
    const error = findProblems(() => {
      scheduleEdits.check(nameOf(stored, form), readComplete(ctx, form, stored, by), by);
    });
    return sendForm(reply, viewForm(ctx, { stored, form, error }));
  });

  app.post<Posted>('/ui/schedules/new', changes('/schedules/new'), (request, reply) => {
    const form = request.body ?? {};
    const by = requester(request);
    return answer(ctx, reply, { stored: null, form }, async () => {
      const is_on = form.is_on === 'true';
      const given = { ...readComplete(ctx, form, null, by), is_on };
      return scheduleEdits.put(nameOf(null, form), given, by, { mustBeNew: true });
    });
  });

  app.post<Named & Posted>('/ui/schedules/:name/edit', changes('/schedules/:name'), (request, reply) => {
    const form = request.body ?? {};
    const by = requester(request);
    const stored = findSchedule(ctx, request.params.name);
    return answer(ctx, reply, { stored, form }, async () =>
      scheduleEdits.put(stored.name, readComplete(ctx, form, stored, by), by, { shown: readShown(form) }),
    );
  });
}

function nameOf(stored: Schedule | null, form: Form): string {
  return stored?.name ?? (form.name ?? '').trim();
}

/** Throws `invalid_arguments` if fields of the rule have problems, with those of all other fields. */
function readComplete(
  { catalogue, scheduleEdits }: SchedulesContext,
  form: Form,
  stored: Schedule | null,
  by: Requester,
) {
  const { given, cron, problems } = readScheduleForm(catalogue.find(form.operation ?? ''), form, stored);
  const all = { ...given, cron: cron ?? anyRule };
  if (problems.length === 0) return all;
  const error = findProblems(() => scheduleEdits.check(nameOf(stored, form), all, by));
  throw invalidArguments([...problems, ...readProblems(error).problems]);
}

/** Shows the form again, with what was typed, when it is refused. */
async function answer(
  ctx: SchedulesContext,
  reply: FastifyReply,
  { stored, form }: { stored: Schedule | null; form: Form },
  save: () => Promise<{ schedule: Schedule }>,
) {
  try {
    const { name, is_on } = (await save()).schedule;
    const title = `${name} ${stored ? 'changed' : 'added'}.`;
    const text = is_on ? 'It runs at its times.' : 'It is off: switch it on to run it at its times.';
    const notice = { tone: 'ok' as const, title, text };
    return await reply.sendAction({ notice, redirect: url(`/schedules/${name}`), hosts: [] });
  } catch (thrown) {
    const error = readRefusal(thrown, reply.request);
    const current = stored && ctx.schedules.find(stored.name);
    const operation = ctx.catalogue.find(form.operation ?? '');
    const again = current ? formAgain(current, operation, form, error) : newForm(form);
    return sendForm(reply.code(statusOf(error)), viewForm(ctx, { stored: current, form: again, error }));
  }
}

function findProblems(work: () => unknown): AppError | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
