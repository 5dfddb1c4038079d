// The buttons of a webhook, and the dialogs that ask first.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import { reasonMinLength } from '../../core/confirmation.ts';
import type { AppError } from '../../core/errors.ts';
import { url } from '../../core/url.ts';
import { webhookActions } from '../../webhook-store/actions.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import type { PagesContext } from './pages-context.ts';
import { webhookPage } from './webhook-pages.ts';
import { webhookAction, webhookPath } from './webhooks-view.ts';

type Named = { Params: { name: string } };
type Refused = { form: Form; error: AppError };

export function registerWebhookButtons(app: FastifyInstance, ctx: PagesContext) {
  const { webhookEdits } = ctx;

  const turnsOn = { ...isForm, config: { action: webhookActions.change, page: webhookPage.path } };
  app.post<Named & Posted>('/ui/webhooks/:name/on', turnsOn, async (request, reply) => {
    const { name } = request.params;
    webhookEdits.find(name);
    await webhookEdits.save(name, { is_on: true }, requester(request));
    return sendDone(reply, name, `Webhook ${name} is on.`, 'Events from now on are sent.');
  });

  const off = '/ui/webhooks/:name/off';
  app.get<Named>(off, { config: { isPage: true } }, (request, reply) =>
    sendOff(ctx, reply, request.params.name),
  );
  const turnsOff = { ...isForm, config: { action: webhookActions.change } };
  app.post<Named & Posted>(off, turnsOff, async (request, reply) => {
    const { name } = request.params;
    webhookEdits.find(name);
    await webhookEdits.save(name, { is_on: false }, requester(request));
    return sendDone(reply, name, `Webhook ${name} is off.`, 'Nothing is sent until it is on again.');
  });

  const remove = '/ui/webhooks/:name/remove';
  app.get<Named>(remove, { config: { isPage: true } }, (request, reply) =>
    sendRemoval(ctx, reply, request.params.name),
  );
  const removes = { ...isForm, config: { action: webhookActions.remove } };
  app.post<Named & Posted>(remove, removes, async (request, reply) => {
    const { name } = request.params;
    await webhookEdits.remove(name, requester(request));
    const notice = { tone: 'ok' as const, title: `Webhook ${name} removed.`, text: 'Its secret is gone.' };
    return reply.sendAction({ notice, redirect: url('/settings/webhooks'), hosts: [] });
  });

  const rotate = '/ui/webhooks/:name/rotate';
  app.get<Named>(rotate, { config: { isPage: true } }, (request, reply) =>
    sendRotation(ctx, reply, request.params.name),
  );
  const rotates = { ...isForm, config: { action: webhookActions.rotate, carriesSecret: 'answer' as const } };
  app.post<Named & Posted>(rotate, rotates, async (request, reply) => {
    const { name } = request.params;
    const form = request.body ?? {};
    const atOnce = form.at_once === 'on';
    try {
      const { secret } = await webhookEdits.rotate(name, { atOnce }, requester(request), form);
      return await sendNewSecret(reply, { name, secret, atOnce });
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      if (error.code !== 'confirmation_required') throw error;
      return sendRotation(ctx, reply.code(statusOf(error)).intoDialog(), name, { form, error });
    }
  });
}

function sendDone(reply: FastifyReply, name: string, title: string, text: string) {
  return reply.sendAction({
    notice: { tone: 'ok', title, text },
    redirect: url(webhookPath(name)),
    hosts: [],
  });
}

function sendOff({ webhookEdits, webhookHealth }: PagesContext, reply: FastifyReply, name: string) {
  const { waiting } = webhookHealth(webhookEdits.find(name));
  return reply.sendDialog('webhooks/dialog-confirm', {
    ...{ question: `Switch off ${name}?`, section: '/settings', icon: 'slash', tone: 'hold' },
    consequences: [
      waiting === 0
        ? 'No delivery is waiting.'
        : `Deliveries that wait now fail: ${waiting}. They can be replayed.`,
      'Events that happen while it is off are not sent later.',
    ],
    ...{ action: webhookAction(name, 'off'), needs: webhookActions.change.name },
    ...{ isDestructive: false, confirm: 'Switch off', keep: 'Keep it on' },
    back: url(webhookPath(name)),
  });
}

function sendRemoval({ webhookEdits, deliveries }: PagesContext, reply: FastifyReply, name: string) {
  webhookEdits.find(name);
  const total = Object.values(deliveries.counts(name)).reduce((sum, one) => sum + one, 0);
  return reply.sendDialog('webhooks/dialog-confirm', {
    ...{ question: `Remove the webhook ${name}?`, section: '/settings', icon: 'cross', tone: 'bad' },
    consequences: [
      `Its secret and its deliveries are removed: ${total}. Nothing brings them back.`,
      'Switch it off instead to keep them.',
    ],
    ...{ action: webhookAction(name, 'remove'), needs: webhookActions.remove.name },
    ...{ isDestructive: true, confirm: `Remove ${name}`, keep: 'Keep webhook' },
    back: url(webhookPath(name)),
  });
}

function sendRotation(
  { webhookEdits, now }: PagesContext,
  reply: FastifyReply,
  name: string,
  refused?: Refused,
) {
  const { old_secret_until: oldUntil } = webhookEdits.find(name);
  const isOldUsed = oldUntil !== null && oldUntil > now().toISOString();
  const { problemOf, message } = readProblems(refused?.error);
  return reply.sendDialog('webhooks/dialog-rotate', {
    question: `Replace the secret of ${name}?`,
    section: '/settings',
    consequences: [
      'The new secret is shown once. Give it to the receiver.',
      'For 24 h each event is signed with both secrets, so that the receiver can change over.',
      ...(isOldUsed ? ['The secret before the present one stops now.'] : []),
    ],
    message: problemOf('reason') ? null : message,
    minReason: reasonMinLength,
    reason: refused?.form.reason ?? '',
    isAtOnce: refused?.form.at_once === 'on',
    problemOf: { reason: problemOf('reason') },
    action: webhookAction(name, 'rotate'),
    confirm: 'Replace secret',
    keep: 'Keep secret',
    back: url(webhookPath(name)),
  });
}

function sendNewSecret(
  reply: FastifyReply,
  { name, secret, atOnce }: { name: string; secret: string; atOnce: boolean },
) {
  return reply.sendDialog('webhooks/dialog-secret', {
    question: `New secret of ${name}`,
    section: '/settings',
    secret,
    text: atOnce ? 'The former secret does not sign any more.' : 'The former secret signs, too, for 24 h.',
    back: url(webhookPath(name)),
  });
}
