// The page of a run, the forms of its steps, and its end.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { invalidArguments } from '../../core/arguments.ts';
import { closedSchema, idSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import type { RunbookContext } from '../parts.ts';
import { type Run, runActions } from '../run.ts';
import { maxNote, minNote, type StepMove } from '../run-steps.ts';
import { registerStepRun } from './step-run.ts';

export const runPage: Page = {
  path: '/runs/:number',
  api: '/api/v1/runs/:number',
  cards: ['run'],
  examples: [],
};

type Numbered = { Params: { number: number } };
type OfStep = { Params: { number: number; step: number } };

const section = '/status';
const ofRun = closedSchema({ number: idSchema });
const ofStep = closedSchema({ number: idSchema, step: idSchema });
const page = { config: { isPage: true } } as const;

export function registerRunPages(app: FastifyInstance, ctx: RunbookContext) {
  app.get<Numbered>(runPage.path, { ...page, schema: { params: ofRun } }, async (request, reply) => {
    const run = ctx.runs.find(request.params.number);
    return reply.sendPage({
      template: 'runbooks/run-page',
      title: `${ctx.runs.titleOf(run)}, run ${run.number}`,
      section,
      data: { number: run.number, card: await request.cardData(`run-${run.number}`) },
    });
  });

  registerSteps(app, ctx);
  registerStepRun(app, ctx);
  registerEnds(app, ctx);
}

function registerSteps(app: FastifyInstance, ctx: RunbookContext) {
  const { runSteps } = ctx;
  for (const state of ['done', 'skipped'] as const)
    app.get<OfStep>(
      `/ui/runs/:number/steps/:step/${state === 'done' ? 'done' : 'skip'}`,
      { ...page, schema: { params: ofStep } },
      ({ params }, reply) => sendNoteDialog(ctx, reply, params, { state }),
    );

  app.post<OfStep & Posted>(
    '/ui/runs/:number/steps/:step',
    {
      schema: { ...isForm.schema, params: ofStep },
      config: { action: runActions.step, page: runPage.path },
    },
    async (request, reply) => {
      const { number, step } = request.params;
      const form = request.body ?? {};
      const state = readState(form);
      try {
        await runSteps.move(number, step, { state, note: form.note }, requester(request));
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        if (error.code !== 'invalid_arguments') throw thrown;
        const again = { state, note: form.note, problem: error.message };
        return sendNoteDialog(ctx, reply.code(statusOf(error)).intoDialog(), request.params, again);
      }
      const { title } = runSteps.find(number, step).step;
      const notice = { tone: 'ok' as const, title: `${titles[state]}.`, text: title };
      return answer(reply, number, notice);
    },
  );
}

const titles = { done: 'Step done', skipped: 'Step skipped', open: 'Step open again' };

/** Throws `invalid_arguments`. */
function readState({ state }: Form): StepMove['state'] {
  if (state === 'done' || state === 'skipped' || state === 'open') return state;
  throw invalidArguments([{ field: 'state', message: 'state: choose done, skipped or open.' }]);
}

type Typed = { state: StepMove['state']; note?: string | undefined; problem?: string };

function sendNoteDialog(
  { runSteps }: RunbookContext,
  reply: FastifyReply,
  { number, step: n }: OfStep['Params'],
  { state, note = '', problem }: Typed,
) {
  const { step } = runSteps.find(number, n);
  const isSkip = state === 'skipped';
  return reply.sendDialog('runbooks/dialog-note', {
    question: isSkip ? 'Skip this step?' : 'Tick this step with a note?',
    section,
    title: step.title,
    action: url(`/ui/runs/${number}/steps/${n}`),
    state,
    isSkip,
    note,
    minNote,
    maxNote,
    problem: problem ?? null,
    icon: isSkip ? 'slash' : 'check',
    confirm: isSkip ? 'Skip step' : 'Tick step',
    keep: 'Go back',
    back: url(`/runs/${number}`),
  });
}

function registerEnds(app: FastifyInstance, { runs }: RunbookContext) {
  const schema = { ...isForm.schema, params: ofRun };

  app.post<Numbered & Posted>(
    '/ui/runs/:number/finish',
    { schema, config: { action: runActions.end, page: runPage.path } },
    async (request, reply) => {
      const run = await runs.end(request.params.number, 'done', requester(request));
      return answer(reply, run.number, { tone: 'ok', title: `Run ${run.number} is done.`, text: '' });
    },
  );

  app.get<Numbered>('/ui/runs/:number/stop', { ...page, schema: { params: ofRun } }, (request, reply) =>
    reply.sendDialog('runbooks/dialog-stop', viewStop(runs.describe(runs.find(request.params.number)))),
  );

  app.post<Numbered & Posted>(
    '/ui/runs/:number/stop',
    { schema, config: { action: runActions.end } },
    async (request, reply) => {
      const run = await runs.end(request.params.number, 'stopped', requester(request));
      const text = 'Its steps stay as they are.';
      return answer(reply, run.number, { tone: 'ok', title: `Run ${run.number} is stopped.`, text });
    },
  );
}

function viewStop({ number, title, done, total }: Run & { title: string; done: number; total: number }) {
  return {
    question: 'Stop this run?',
    section,
    consequences: [
      `${title}: ${done} of ${total} steps are done or skipped. The others stay open for good.`,
      'Jobs that it has started go on. Cancel them on their pages.',
      'A new run begins with the first step.',
    ],
    action: url(`/ui/runs/${number}/stop`),
    confirm: 'Stop run',
    keep: 'Go on',
    back: url(`/runs/${number}`),
  };
}

function answer(
  reply: FastifyReply,
  number: number,
  notice: Parameters<FastifyReply['sendAction']>[0]['notice'],
) {
  return reply.sendAction({ notice, redirect: url(`/runs/${number}`), hosts: [`run-${number}-card`] });
}
