import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Job } from '../../jobs/job.ts';
import { checkArguments, readForm } from '../../core/arguments.ts';
import type { Args, Operation } from '../../core/operation.ts';
import { answerAction } from '../../web/actions.ts';
import type { Card } from '../../web/card.ts';
import { dashboardCards, loadOrExplain } from '../../web/cards.ts';
import { formFields, isForDialog, sendDialog, sendKeys } from '../../operations/web/dialog.ts';
import { statusOf } from '../../web/errors.ts';
import { readCookie } from '../../web/flash.ts';
import { queuedNotice } from '../../jobs/job-notice.ts';
import { sendPage } from '../../web/page.ts';
import { requester } from '../../web/requester.ts';
import type { Services } from '../../web/services.ts';
import { type Form, formBody } from '../../web/validation.ts';

type Named = { Params: { operation: string } };

const isForm = { schema: { body: formBody } };
const yearSec = 31_536_000;

export function registerOperationsPages(app: FastifyInstance, services: Services) {
  app.get('/', { config: { isPage: true } }, (_request, reply) => reply.redirect('/operations'));

  app.get('/operations', { config: { isPage: true } }, async (request, reply) => {
    const load = async (card: Card) => [card.name, await loadOrExplain(card, services, request)];
    const loaded = dashboardCards.map(load);
    const cards = Object.fromEntries(await Promise.all(loaded));
    const isHowToOpen = readCookie(request, 'chl_howto') !== 'closed';
    const snapshotMib = services.config.snapshotMaxBytes / 1024 ** 2;
    const data = { cards, isHowToOpen, snapshotMib };
    return sendPage(services, request, reply, {
      name: 'operations',
      title: 'Operations',
      section: 'operations',
      data,
    });
  });

  for (const card of dashboardCards) {
    app.get(card.path, async (request, reply) => {
      const { template, data } = await loadOrExplain(card, services, request);
      return reply.code(template === 'unavailable' ? 500 : 200).view(`cards/${template}`, data);
    });
  }

  app.get<Named & { Querystring: Form }>(
    '/ui/operations/:operation/confirm',
    { config: { isPage: true } },
    (request, reply) => {
      const operation = services.catalogue.get(request.params.operation);
      const args = readForm(operation.args, request.query, formFields);
      const error = problemsOf(operation, args);
      return sendDialog(services, request, reply, { operation, args, ...(error ? { error } : {}) });
    },
  );

  app.post<Named & { Body: Form | null }>('/ui/operations/run/:operation', isForm, async (request, reply) => {
    const operation = services.catalogue.find(request.params.operation);
    const form = request.body ?? {};
    const args = operation ? readForm(operation.args, form, formFields) : {};
    const run = async () => {
      const wanted = { operation: request.params.operation, args, ...readRun(form) };
      await services.jobs.assertPlan(wanted, requester(request));
      return services.untilStored(() => services.jobs.enqueue(wanted, requester(request)));
    };
    return runFromForm(
      app,
      services,
      request,
      reply,
      run,
      (error) =>
        operation && { operation, args, reason: form.reason, confirm: form.confirm, key: form.key, error },
    );
  });

  app.get('/ui/keys', { config: { isPage: true } }, (request, reply) => sendKeys(services, request, reply));

  app.post<{ Body: Form | null }>('/ui/keys', isForm, (request, reply) => {
    const keys = request.body?.keys === 'on' ? 'on' : 'off';
    reply.setCookie('chl_keys', keys, { path: '/', sameSite: 'strict', maxAge: yearSec });
    return reply.redirect(ownPath(request.body?.back), 303);
  });

  app.post<{ Body: Form | null }>('/ui/theme', isForm, (request, reply) => {
    const theme = ['light', 'dark'].find((name) => name === request.body?.theme) ?? '';
    reply.setCookie('chl_theme', theme, { path: '/', sameSite: 'strict', maxAge: yearSec });
    return reply.redirect(ownPath(request.body?.back), 303);
  });
}

/** The form's own fields, as a run takes them. */
export function readRun(form: Form) {
  return {
    reason: form.reason,
    confirm: form.confirm,
    whenLocked: form.when_locked === 'wait' ? ('wait' as const) : undefined,
  };
}

/** Enqueues and answers with the card or a redirect; a refusal that the dialog can help with shows it again. */
export async function runFromForm(
  app: FastifyInstance,
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
  run: () => Promise<Job>,
  dialogFor: (error: AppError) => Parameters<typeof sendDialog>[3] | null,
) {
  try {
    const job = await runOnce(services, request, run);
    return await answerAction(app, services, request, reply, {
      notice: queuedNotice(services, job),
      redirect: `/jobs/${job.number}`,
      hosts: ['ops-controls-card'],
    });
  } catch (error) {
    const state = isForDialog(error) ? dialogFor(error) : null;
    if (!state || !(error instanceof AppError)) throw error;
    reply.code(statusOf(error)).header('hx-retarget', '#dialog').header('hx-reswap', 'innerHTML');
    return sendDialog(services, request, reply, state);
  }
}

/** `key` names this rendering of the form. */
function runOnce({ once }: Services, request: FastifyRequest, run: () => Promise<Job>): Promise<Job> {
  const { key } = (request.body ?? {}) as Form;
  return key === undefined ? run() : once(`${request.url} ${key}`, run);
}

function problemsOf(operation: Operation, args: Args): AppError | null {
  try {
    checkArguments(operation.args, args);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** Only a path of this site, encoded: browsers leave tabs and line ends out of an address, and `//` leads elsewhere. */
function ownPath(back = ''): string {
  const here = 'http://here';
  const url = new URL(back.startsWith('/') && URL.canParse(back, here) ? back : '/operations', here);
  return url.origin === here ? url.pathname + url.search : '/operations';
}
