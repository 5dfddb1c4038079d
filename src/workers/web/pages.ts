// What the page does with the workers: pause, resume, drain with its dialog.
import { url } from '../../core/url.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { minDrainSec, maxDrainSec, defaultDrainSec } from '../state.ts';
import { describeForecast } from './workers-card.ts';
import { withInput } from '../../operations/run-dialog.ts';
import { statusOf } from '../../web/errors.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import type { WorkerContext } from '../parts.ts';
import { type Form, formBody } from '../../web/validation.ts';

type Posted = { Body: Form | null };

const isForm = { schema: { body: formBody } };
const drainQuery = {
  type: 'object',
  properties: { timeout_sec: { type: 'string', maxLength: 20 } },
} as const;

export function registerWorkersPages(app: FastifyInstance, ctx: WorkerContext) {
  const { workers } = ctx;
  const answer = (reply: FastifyReply, title: string, text: string, undo?: Notice['undo']) =>
    reply.sendAction({
      notice: { tone: 'ok', title, text, ...(undo ? { undo } : {}) },
      redirect: url('/operations#ops-workers-card'),
      hosts: ['ops-workers-card'],
    });
  /** Takes a pause or its end back, of the same workers. */
  const undoBy = (verb: 'pause' | 'resume', worker_id: string | undefined) => ({
    action: url(`/ui/workers/${verb}`),
    label: 'Undo',
    ...(worker_id ? { fields: { worker_id } } : {}),
  });

  app.post<Posted>('/ui/workers/pause', isForm, async (request, reply) => {
    const name = request.body?.worker_id;
    await workers.pause(name, requester(request));
    const text = 'What is in hand is finished; what waits stays in the queue.';
    return answer(reply, `${name ?? 'All workers'} paused.`, text, undoBy('resume', name));
  });

  app.post<Posted>('/ui/workers/resume', isForm, async (request, reply) => {
    const name = request.body?.worker_id;
    await workers.resume(name, requester(request));
    const { lock } = workers.view();
    const text = lock
      ? `Goes on when ${lock.operation} #${lock.number} has ended.`
      : 'Goes on with what waits in the queue.';
    return answer(reply, `${name ?? 'All workers'} resumed.`, text, undoBy('pause', name));
  });

  app.get<{ Querystring: { timeout_sec?: string } }>(
    '/ui/workers/drain',
    { config: { isPage: true }, schema: { querystring: drainQuery } },
    (request, reply) => sendDrainDialog(ctx, reply, request.query.timeout_sec ?? String(defaultDrainSec)),
  );

  app.post<Posted>('/ui/workers/drain', isForm, async (request, reply) => {
    const typed = request.body?.timeout_sec ?? '';
    try {
      const drain = await workers.drain(readSeconds(typed), requester(request));
      const text = describeForecast(drain.forecast_left, drain.timeout_sec);
      return await answer(reply, 'Draining.', text);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      reply.code(statusOf(error)).intoDialog();
      return await sendDrainDialog(ctx, reply, typed, error);
    }
  });

  app.post('/ui/workers/drain/cancel', async (request, reply) => {
    await workers.cancelDrain(requester(request));
    return answer(reply, 'Drain cancelled.', 'The workers go on without a time limit.');
  });
}

/** NaN for what is no number; the workers say what is allowed. */
function readSeconds(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** What a drain will do, and what its time limit will likely leave. */
async function sendDrainDialog(
  { workers }: Pick<WorkerContext, 'workers'>,
  reply: FastifyReply,
  typed: string,
  error?: AppError,
) {
  const seconds = readSeconds(typed);
  const isInRange = Number.isInteger(seconds) && seconds >= minDrainSec && seconds <= maxDrainSec;
  const range = `Write a whole number of seconds from ${minDrainSec} to ${maxDrainSec}.`;
  const { waiting, left } = await workers.forecast(isInRange ? seconds : defaultDrainSec);
  if (!isInRange && !error) reply.code(422);
  return reply.sendDialog('workers/dialog-drain', {
    action: url('/ui/workers/drain'),
    question: 'Drain all workers?',
    message: error && isInRange ? error.message : null,
    field: withInput({
      name: 'timeout_sec',
      title: 'Time limit, in seconds',
      description: `From ${minDrainSec} to ${maxDrainSec}.`,
      kind: 'integer',
      value: typed,
      problem: isInRange ? null : range,
    }),
    consequences: [
      `${plural(waiting, 'entry waits', 'entries wait')}.${isInRange ? ` ${describeForecast(left, seconds)}` : ''}`,
      'Paused workers go on at once. When the queue is empty, or the time is over, all workers are paused.',
      'Nothing is lost: what is left stays in the queue. You can cancel at any time.',
    ],
    confirm: 'Drain',
    keep: 'Leave them as they are',
    back: url('/operations'),
  });
}
