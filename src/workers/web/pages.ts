// The forms for workers: pause, resume, and drain with its dialog.
import { url } from '../../core/url.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { objectSchema } from '../../core/schemas.ts';
import { nameBlocker } from '../../jobs/name-blocker.ts';
import { defaultDrainSec, maxDrainSec, minDrainSec, type WorkersView } from '../state.ts';
import { describeForecast, describePausedLeft } from './workers-card.ts';
import { withInput } from '../../operations/run-dialog.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { workerActions } from '../actions.ts';
import type { WorkerContext } from '../parts.ts';
import { isForm, type Posted } from '../../web/validation.ts';

const drainQuery = objectSchema({ timeout_sec: { type: 'string', maxLength: 20 } });

export function registerWorkersPages(app: FastifyInstance, ctx: WorkerContext) {
  const { workers } = ctx;
  const answer = (reply: FastifyReply, title: string, text: string, undo?: Notice['undo']) =>
    reply.sendAction({
      notice: { tone: 'ok', title, text, ...(undo ? { undo } : {}) },
      redirect: url('/operations#ops-workers-card'),
      hosts: ['ops-workers-card'],
    });
  for (const verb of ['pause', 'resume'] as const)
    app.post<Posted>(
      `/ui/workers/${verb}`,
      { ...isForm, config: { action: workerActions[verb], page: '/operations' } },
      async (request, reply) => {
        const worker_id = request.body?.worker_id;
        await workers[verb](worker_id, requester(request));
        return answer(
          reply,
          `${worker_id ?? 'All workers'} ${verb}d.`,
          describeEffect(verb, workers.view()),
          {
            action: url(`/ui/workers/${verb === 'pause' ? 'resume' : 'pause'}`),
            label: 'Undo',
            ...(worker_id ? { fields: { worker_id } } : {}),
          },
        );
      },
    );

  app.get<{ Querystring: { timeout_sec?: string } }>(
    '/ui/workers/drain',
    { config: { isPage: true }, schema: { querystring: drainQuery } },
    (request, reply) => sendDrainDialog(ctx, reply, request.query.timeout_sec ?? String(defaultDrainSec)),
  );

  app.post<Posted>(
    '/ui/workers/drain',
    { ...isForm, config: { action: workerActions.drain } },
    async (request, reply) => {
      const typed = request.body?.timeout_sec ?? '';
      try {
        const drain = await workers.drain(readSeconds(typed), requester(request));
        const text = describeForecast(drain.forecast_left, drain.timeout_sec);
        return await answer(reply, 'Draining.', text);
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        reply.code(statusOf(error)).intoDialog();
        return await sendDrainDialog(ctx, reply, typed, error);
      }
    },
  );

  app.post(
    '/ui/workers/drain/cancel',
    { config: { action: workerActions.cancelDrain, page: '/operations' } },
    async (request, reply) => {
      await workers.cancelDrain(requester(request));
      return answer(reply, 'Drain cancelled.', 'The workers continue without a time limit.');
    },
  );
}

function describeEffect(verb: 'pause' | 'resume', { lock }: WorkersView): string {
  if (verb === 'pause') return 'Workers finish their current entry. Waiting entries stay in the queue.';
  return lock ? `Embedding continues when ${nameBlocker(lock)} ends.` : 'Embedding continues.';
}

/** NaN if the text is not a number, which `workers.drain` rejects. */
function readSeconds(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** The dialog forecasts how many entries the time limit will leave. */
async function sendDrainDialog(
  { workers }: Pick<WorkerContext, 'workers'>,
  reply: FastifyReply,
  typed: string,
  error?: AppError,
) {
  const seconds = readSeconds(typed);
  const isInRange = Number.isInteger(seconds) && seconds >= minDrainSec && seconds <= maxDrainSec;
  const range = `Enter a whole number of seconds from ${minDrainSec} to ${maxDrainSec}.`;
  const { waiting, paused, left } = await workers.forecast(isInRange ? seconds : defaultDrainSec);
  if (!isInRange && !error) reply.code(422);
  return reply.sendDialog('workers/dialog-drain', {
    action: url('/ui/workers/drain'),
    question: 'Drain all workers?',
    message: error && isInRange ? error.message : workers.obstacle(),
    field: withInput({
      name: 'timeout_sec',
      title: 'Time limit, in seconds',
      description: `From ${minDrainSec} to ${maxDrainSec}.`,
      kind: 'integer',
      value: typed,
      problem: isInRange ? null : range,
    }),
    consequences: [
      `${plural(waiting, 'entry is', 'entries are')} waiting.${isInRange ? ` ${describeForecast(left, seconds)}` : ''}`,
      'Paused workers resume at once. All workers pause when the queue is empty or the time limit ends.',
      ...[describePausedLeft(paused) ?? []].flat(),
      'Entries that are left stay in the queue. You can cancel at any time.',
    ],
    confirm: 'Drain',
    keep: 'Do not drain',
    back: url('/operations'),
  });
}
