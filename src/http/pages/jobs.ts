import type { FastifyInstance } from 'fastify';
import { answerAction } from '../answers.ts';
import { jobCard } from '../cards/job.ts';
import { loadCard, renderCard } from '../cards/list.ts';
import { sendCancelDialog, sendDialog } from '../dialog.ts';
import { endNotice } from '../job-notice.ts';
import { viewJob } from '../job-view.ts';
import { sendPage } from '../page.ts';
import { requester } from '../requester.ts';
import type { Services } from '../services.ts';
import { type Form, formBody } from '../validation.ts';
import { readRun, runFromForm } from './operations.ts';

type Numbered = { Params: { number: string } };

export function registerJobPages(app: FastifyInstance, services: Services) {
  const { jobs, catalogue, untilFree } = services;

  app.get<Numbered>('/jobs/:number', { config: { isPage: true } }, async (request, reply) => {
    const job = jobs.find(request.params.number);
    const view = viewJob(services, job);
    const data = { job: view, card: await loadCard(jobCard(job.number), services) };
    const title = `${view.title} #${job.number}`;
    return sendPage(services, request, reply, { name: 'job', title, section: 'operations', data });
  });

  app.get<Numbered>('/ui/jobs/:number/card', async (request, reply) => {
    const job = jobs.find(request.params.number);
    reply.type('text/html; charset=utf-8');
    return renderCard(app, jobCard(job.number), services);
  });

  app.get<Numbered>('/ui/jobs/:number/notice', (request, reply) => {
    const notice = endNotice(services, jobs.find(request.params.number));
    return notice ? reply.send(notice) : reply.code(204).send();
  });

  app.get<Numbered>('/ui/jobs/:number/cancel', { config: { isPage: true } }, (request, reply) =>
    sendCancelDialog(services, request, reply, jobs.find(request.params.number)),
  );

  app.post<Numbered>('/ui/jobs/:number/cancel', async (request, reply) => {
    const job = await untilFree(() => jobs.cancel(request.params.number, requester(request)));
    const isOver = job.status === 'cancelled';
    return answerAction(app, services, request, reply, {
      notice: {
        tone: 'ok',
        title: `${catalogue.find(job.operation)?.title ?? job.operation} #${job.number} ${isOver ? 'cancelled' : 'is being cancelled'}.`,
        text: isOver ? 'It had not started.' : 'It ends when none of its processes is left.',
      },
      redirect: `/jobs/${job.number}`,
      hosts: ['ops-jobs-card', `job-${job.number}-card`],
    });
  });

  app.get<Numbered>('/ui/jobs/:number/retry', { config: { isPage: true } }, (request, reply) => {
    const job = jobs.find(request.params.number);
    const operation = catalogue.get(job.operation);
    return sendDialog(services, request, reply, { operation, args: job.args, retryOf: job });
  });

  app.post<Numbered & { Body: Form | null }>(
    '/ui/jobs/:number/retry',
    { schema: { body: formBody } },
    (request, reply) => {
      const form = request.body ?? {};
      const retry = () => jobs.retry(request.params.number, readRun(form), requester(request));
      return runFromForm(app, services, request, reply, retry, (error) => {
        const job = jobs.find(request.params.number);
        const operation = catalogue.get(job.operation);
        return {
          operation,
          args: job.args,
          retryOf: job,
          reason: form.reason,
          confirm: form.confirm,
          key: form.key,
          error,
        };
      });
    },
  );
}
