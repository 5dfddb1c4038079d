// The form that adds or changes a webhook. The answer that adds one shows its secret, once.
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { AppError } from '../../core/errors.ts';
import { url } from '../../core/url.ts';
import { webhookActions } from '../../webhook-store/actions.ts';
import { preset } from '../../webhook-store/event-patterns.ts';
import type { Webhook } from '../../webhook-store/webhook-repository.ts';
import { eventsText } from '../../webhook-store/webhook-values.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { eventsOf, shownOf, viewForm } from './form-view.ts';
import type { PagesContext } from './pages-context.ts';
import { verifySnippets } from './verify-snippets.ts';
import { webhookAction, webhookPath } from './webhooks-view.ts';

export const newWebhookPage: Page = {
  path: '/settings/webhooks/new',
  cards: [],
  examples: ['/settings/webhooks/new', `/settings/webhooks/new?preset=${preset}`],
};

export const editWebhookPage: Page = { path: '/settings/webhooks/:name/edit', cards: [], examples: [] };

const newForm = { type: 'object', properties: { preset: { type: 'string', maxLength: 40 } } };

type Named = { Params: { name: string } };
type Refused = { form: Form; error: AppError };

export function registerWebhookForms(app: FastifyInstance, ctx: PagesContext) {
  const { webhookEdits } = ctx;

  app.get<{ Querystring: { preset?: string } }>(
    newWebhookPage.path,
    { config: { isPage: true }, schema: { querystring: newForm } },
    ({ query }, reply) => {
      if (query.preset !== preset) return sendForm(ctx, reply, null, {});
      const name = findFreeName(webhookEdits.all());
      return sendForm(ctx, reply, null, { name, events: eventsText([preset]) });
    },
  );

  app.get<Named>(editWebhookPage.path, { config: { isPage: true } }, ({ params }, reply) =>
    sendForm(ctx, reply, webhookEdits.find(params.name), {}),
  );

  const adds = {
    ...isForm,
    config: { action: webhookActions.change, page: newWebhookPage.path, carriesSecret: 'answer' as const },
  };
  app.post<Posted>('/ui/webhooks/new', adds, async (request, reply) => {
    const form = request.body ?? {};
    try {
      const given = { url: form.url ?? '', events: eventsOf(form) };
      const name = (form.name ?? '').trim();
      const { secret, webhook } = await webhookEdits.save(name, given, requester(request), {
        mustBeNew: true,
      });
      return await sendSecret(reply, webhook.name, secret ?? '');
    } catch (thrown) {
      return sendAgain(reply, null, { form, error: readRefusal(thrown, request) });
    }
  });

  const edits = { ...isForm, config: { action: webhookActions.change, page: editWebhookPage.path } };
  app.post<Named & Posted>('/ui/webhooks/:name/edit', edits, async (request, reply) => {
    const form = request.body ?? {};
    const { name } = request.params;
    const stored = webhookEdits.find(name);
    try {
      const given = { url: form.url ?? '', events: eventsOf(form) };
      await webhookEdits.save(name, given, requester(request), { shown: shownOf(form) });
    } catch (thrown) {
      return sendAgain(reply, stored, { form, error: readRefusal(thrown, request) });
    }
    const notice = { tone: 'ok' as const, title: `Webhook ${name} saved.`, text: '' };
    return reply.sendAction({ notice, redirect: url(webhookPath(name)), hosts: [] });
  });

  function sendAgain(reply: FastifyReply, stored: Webhook | null, { form, error }: Refused) {
    if (!['invalid_arguments', 'edit_conflict'].includes(error.code)) throw error;
    return sendForm(ctx, reply.code(statusOf(error)), stored, form, error);
  }
}

/** `tell-me`, `tell-me-2` … */
function findFreeName(all: Webhook[]): string {
  const taken = new Set(all.map(({ name }) => name));
  const names = [preset, ...all.map((_, at) => `${preset}-${at + 2}`)];
  return names.find((name) => !taken.has(name)) ?? '';
}

/** Shows a new secret, once, and how to verify with it. */
function sendSecret(reply: FastifyReply, name: string, secret: string) {
  return reply.sendPage({
    template: 'webhooks/secret-page',
    title: `Secret of ${name}`,
    section: '/settings',
    data: {
      ...{ name, secret, here: url(webhookPath(name)) },
      test: webhookAction(name, 'test'),
      snippets: verifySnippets,
    },
  });
}

function sendForm(
  { eventNames }: PagesContext,
  reply: FastifyReply,
  stored: Webhook | null,
  form: Form,
  error?: AppError,
) {
  const { role } = identityOf(reply.request);
  return reply.sendPage({
    template: 'webhooks/form-page',
    title: stored ? `Edit ${stored.name}` : 'Add a webhook',
    section: '/settings',
    data: { form: viewForm({ stored, form, error }, eventNames, role) },
  });
}
