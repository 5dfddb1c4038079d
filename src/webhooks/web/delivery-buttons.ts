// The buttons that send: a test, a delivery again, and all failed ones again.
import type { FastifyInstance } from 'fastify';
import { formatNumber, plural } from '../../core/format.ts';
import { closedSchema, idSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import { deliveryActions } from '../actions.ts';
import { maxReplayed, type Replayed } from '../replays.ts';
import type { Tried } from '../tried-waiters.ts';
import type { PagesContext } from './pages-context.ts';
import { deliveryPage, webhookPage } from './webhook-pages.ts';
import { formatTook, webhookAction, webhookPath } from './webhooks-view.ts';

type Named = { Params: { name: string } };
type Numbered = { Params: { name: string; id: number } };

const params = closedSchema({ name: { type: 'string' }, id: idSchema });

export function registerDeliveryButtons(
  app: FastifyInstance,
  { deliveries, replays, sendTest, webhookEdits }: PagesContext,
) {
  const tests = { ...isForm, config: { action: deliveryActions.test, page: webhookPage.path } };
  app.post<Named & Posted>('/ui/webhooks/:name/test', tests, async (request, reply) => {
    const { name } = request.params;
    const { tried } = await sendTest(name, requester(request));
    return reply.sendAction({
      notice: noticeOfTest(name, tried),
      redirect: url(webhookPath(name)),
      hosts: [],
    });
  });

  const replaysOne = {
    schema: { ...isForm.schema, params },
    config: { action: deliveryActions.replay, page: deliveryPage.path },
  };
  app.post<Numbered & Posted>(
    '/ui/webhooks/:name/deliveries/:id/replay',
    replaysOne,
    async (request, reply) => {
      const { name, id } = request.params;
      await replays.replay(id, requester(request));
      const notice = {
        tone: 'ok' as const,
        title: 'Sent again.',
        text: 'The list shows the result of the attempt.',
      };
      return reply.sendAction({ notice, redirect: url(webhookPath(name)), hosts: [] });
    },
  );

  const all = '/ui/webhooks/:name/replay';
  app.get<Named>(all, { config: { isPage: true } }, ({ params: { name } }, reply) => {
    webhookEdits.find(name);
    const { failed } = deliveries.counts(name);
    return reply.sendDialog('webhooks/dialog-confirm', {
      ...{ question: 'Replay all failed deliveries?', section: '/settings', icon: 'retry', tone: 'hold' },
      consequences: [
        failed <= maxReplayed
          ? `${plural(failed, 'delivery', 'deliveries')} to ${name}, with the same id and body as before.`
          : `The oldest ${formatNumber(maxReplayed)} of ${formatNumber(failed)} deliveries to ${name}, with the same id and body as before.`,
        'Each is signed anew, and tried again if it fails.',
      ],
      ...{ action: webhookAction(name, 'replay'), needs: deliveryActions.replayMany.name },
      ...{ isDestructive: false, confirm: 'Replay all', keep: 'Go back' },
      back: url(webhookPath(name)),
    });
  });
  const replaysAll = { ...isForm, config: { action: deliveryActions.replayMany } };
  app.post<Named & Posted>(all, replaysAll, async (request, reply) => {
    const { name } = request.params;
    const done = await replays.replayMany(name, { status: 'failed' }, requester(request));
    return reply.sendAction({ notice: noticeOfMany(done), redirect: url(webhookPath(name)), hosts: [] });
  });
}

function noticeOfTest(name: string, tried: Tried): Notice {
  if (tried === null)
    return {
      tone: 'warn',
      title: 'The test waits.',
      text: `${name} has not answered yet. The list shows the result.`,
    };
  const { status, ms, error } = tried.exchange;
  if (error === null)
    return { tone: 'ok', title: 'The test arrived.', text: `${status} after ${formatTook(ms)}.` };
  const answer = status === null ? '' : `${status}: `;
  return {
    tone: 'bad',
    title: 'The test did not arrive.',
    text: `${answer}${error.replace(/\.$/, '')}, after ${formatTook(ms)}.`,
  };
}

function noticeOfMany({ replayed, refused, left }: Replayed): Notice {
  const [first] = refused;
  const title = `${plural(replayed, 'delivery is', 'deliveries are')} sent again.`;
  const text = first ? `${refused.length} not: ${first.message}` : '';
  if (left === 0) return { tone: first ? 'warn' : 'ok', title, text };
  const sent = `${formatNumber(replayed)} are sent again, ${formatNumber(left)} are left.`;
  return { tone: 'warn', title: sent, text: text || 'Replay them once these have ended.' };
}
