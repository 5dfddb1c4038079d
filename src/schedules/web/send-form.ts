// Sends the form of a schedule: its page, or for htmx the form alone.
import type { FastifyReply } from 'fastify';
import type { viewForm } from './form-view.ts';

type FormView = ReturnType<typeof viewForm>;

export async function sendNewPage(reply: FastifyReply, form: FormView) {
  return reply.sendPage({
    template: 'schedules/new-page',
    title: 'Add a schedule',
    section: '/jobs',
    data: { form },
  });
}

/** `form`: of a stored schedule. */
export async function sendSchedulePage(reply: FastifyReply, form: FormView) {
  const name = form.name ?? '';
  return reply.sendPage({
    template: 'schedules/schedule-page',
    title: name,
    section: '/jobs',
    data: { name, form, card: await reply.request.cardData(`schedule-${name}`) },
  });
}

export async function sendForm(reply: FastifyReply, form: FormView) {
  if (reply.request.headers['hx-request']) return reply.view('schedules/form-again', { form });
  return form.name === null ? sendNewPage(reply, form) : sendSchedulePage(reply, form);
}
