// The page of the embedder: what is in use, and a form that checks other settings before it saves them.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invalidArguments } from '../../core/arguments.ts';
import { findAddressFault } from '../../core/config-embedding.ts';
import { AppError } from '../../core/errors.ts';
import { url } from '../../core/url.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { wasName } from '../../web/edited-field.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import { embedderActions } from '../actions.ts';
import type { EmbedderCheck, ServiceAddress, ShownAddress } from '../embedder.ts';
import type { CredentialContext } from '../parts.ts';
import { viewEmbedderChange } from './embedder-dialog.ts';
import { type TypedEmbedder, viewEmbedderForm } from './embedder-view.ts';

export const embedderPage: Page = {
  path: '/settings/embedder',
  api: '/api/v1/embedder',
  cards: ['embedder'],
  examples: ['/settings/embedder'],
};

export function registerEmbedderPage(app: FastifyInstance, ctx: CredentialContext) {
  const { embedder } = ctx;
  const here = url(embedderPage.path);

  app.get(embedderPage.path, { config: { isPage: true } }, (request, reply) =>
    sendForm(request, reply, viewEmbedderForm(ctx)),
  );

  app.post(
    '/ui/embedder/check-saved',
    { config: { action: embedderActions.check, page: embedderPage.path } },
    async (request, reply) => {
      const { status, text } = await embedder.check(null, requester(request));
      const notice = { tone: tones[status], title: 'Embedder checked.', text };
      return reply.sendAction({ notice, redirect: here, hosts: ['embedder-card'] });
    },
  );

  app.post<Posted>(
    '/ui/embedder/check',
    { ...isForm, config: { action: embedderActions.check, page: embedderPage.path } },
    async (request, reply) => {
      const typed = readForm(request.body);
      return orForm(request, reply, typed, async () => {
        const found = await embedder.check(addressOf(typed), requester(request));
        return sendForm(request, reply, viewEmbedderForm(ctx, typed, { found }));
      });
    },
  );

  app.post<Posted>(
    '/ui/embedder/save',
    { ...isForm, config: { action: embedderActions.save, page: embedderPage.path } },
    async (request, reply) => {
      const typed = readForm(request.body);
      const shown = { url: typed.form[wasName('url')], model: typed.form[wasName('model')] };
      return orForm(request, reply, typed, async () => {
        const address = addressOf(typed);
        if (request.body?.confirmed !== 'yes' && embedder.isOther(address))
          return askFirst(ctx, request, reply, { address, shown });
        const changed = await embedder.save(address, requester(request), shown);
        const isNewService = typed.kind === 'service' && changed.length > 0;
        const check = isNewService ? await embedder.check(null, requester(request)) : null;
        return reply.sendAction({ notice: noticeOf(changed, check), redirect: here, hosts: [] });
      });
    },
  );

  /** Shows the form again, with what was typed, when it is refused. */
  async function orForm(
    request: FastifyRequest,
    reply: FastifyReply,
    typed: TypedEmbedder,
    work: () => Promise<FastifyReply>,
  ): Promise<FastifyReply> {
    try {
      return await work();
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      return sendForm(request, reply.code(statusOf(error)), viewEmbedderForm(ctx, typed, { error }));
    }
  }
}

const tones = { ok: 'ok', error: 'bad' } as const;

/** Asks for a confirmation, with the result of a check. */
async function askFirst(
  { counts, embedder }: CredentialContext,
  request: FastifyRequest,
  reply: FastifyReply,
  { address, shown }: { address: ServiceAddress; shown: ShownAddress },
): Promise<FastifyReply> {
  const check = await embedder.check(address, requester(request));
  const dialog = viewEmbedderChange({ address, shown, entries: counts.totals().entries, check });
  const unconfirmed = new AppError('confirmation_required', 'Confirm the change of the embedder.');
  reply.code(statusOf(readRefusal(unconfirmed, request))).intoDialog();
  return reply.sendDialog('credentials/dialog-save-embedder', dialog);
}

function readForm(body: Form | null): TypedEmbedder {
  const form = body ?? {};
  const { kind, url = '', model = '' } = form;
  return { form, kind: kind === 'service' ? 'service' : 'built_in', url: url.trim(), model: model.trim() };
}

/** The built-in embedder has no address, whatever was typed. Throws `invalid_arguments` for a service without one, which
 *  the domain would take for the built-in embedder, and for one without a model. */
function addressOf({ kind, url, model }: TypedEmbedder): ServiceAddress {
  if (kind === 'built_in') return { url: '', model: '' };
  const fault = url === '' ? 'Enter the address of the service.' : findAddressFault(url);
  const problems = [
    ...(fault === null ? [] : [{ field: 'embedding.url', message: fault }]),
    ...(model === '' ? [{ field: 'embedding.model', message: 'Enter the name of the model.' }] : []),
  ];
  if (problems.length > 0) throw invalidArguments(problems);
  return { url, model };
}

function noticeOf(changed: string[], check: EmbedderCheck | null) {
  if (changed.length === 0) return { tone: 'ok' as const, title: 'Nothing has changed.', text: '' };
  if (check?.status === 'error')
    return { tone: 'warn' as const, title: 'Embedder saved, but its check failed.', text: check.text };
  const text = 'Workers and searches change to it; running jobs keep the former one.';
  return { tone: 'ok' as const, title: 'Embedder saved.', text };
}

/** The form alone for htmx, else the page. */
async function sendForm(
  request: FastifyRequest,
  reply: FastifyReply,
  form: ReturnType<typeof viewEmbedderForm>,
): Promise<FastifyReply> {
  if (request.headers['hx-request']) return reply.view('credentials/embedder-form', { form });
  return reply.sendPage({
    template: 'credentials/embedder-page',
    title: 'Embedder',
    section: '/settings',
    data: { card: await request.loadCard('embedder'), form },
  });
}
