// The editor of all documents. Nothing that was typed is lost, whatever the refusal.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { invalidArguments } from '../../core/arguments.ts';
import { AppError } from '../../core/errors.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import type { Notice } from '../../web/flash.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, lastValues, type Posted } from '../../web/validation.ts';
import { documentActions } from '../actions.ts';
import { type Document, type DocumentKey, kindWords, readKey } from '../document.ts';
import { renderMarkdown } from '../markdown.ts';
import type { DocumentContext } from '../parts.ts';
import { documentUrl } from './document-url.ts';
import { formOf, isHandover, keyOf, newForm, newSlug, readFields, readVersion } from './edit-form.ts';
import { type Shown, viewEditor } from './edit-view.ts';

type Named = { Params: { kind: string; slug: string } };

export const editPage: Page = {
  path: '/documents/:kind/:slug/edit',
  cards: [],
  examples: ['/documents/note/handover/edit', '/documents/runbook/new/edit'],
};

export const newPage: Page = { path: '/documents/:kind/new', cards: [], examples: ['/documents/note/new'] };

export function registerEditPages(app: FastifyInstance, ctx: DocumentContext) {
  const { documents } = ctx;
  const pageOfForm = { page: editPage.path };

  app.get<Named & { Querystring: Form }>(editPage.path, { config: { isPage: true } }, (request, reply) => {
    const key = readKey(request.params);
    const form = formFor(documents, key, lastValues(request.query));
    return sendEditor(ctx, reply, { key, form });
  });

  app.get<{ Params: { kind: string }; Querystring: Form }>(
    newPage.path,
    { config: { isPage: true } },
    (request, reply) => {
      const key = readKey({ kind: request.params.kind, slug: newSlug });
      return sendEditor(ctx, reply, { key, form: newForm(key, lastValues(request.query)) });
    },
  );

  app.post<Named & Posted>(
    '/ui/documents/:kind/:slug/save',
    { ...isForm, config: { action: documentActions.save, ...pageOfForm } },
    async (request, reply) => {
      const key = readKey(request.params);
      const form = request.body ?? {};
      try {
        const saved = await save(ctx, keyOf(key, form), form, request);
        const notice = noticeOf(saved, readVersion(form));
        return await reply.sendAction({ notice, redirect: documentUrl(saved), hosts: [] });
      } catch (thrown) {
        const error = readRefusal(thrown, request);
        return sendEditor(ctx, reply.code(statusOf(error)), { key, form, error: ofNew(key, error) });
      }
    },
  );

  app.post<Named & Posted>(
    '/ui/documents/:kind/:slug/preview',
    { ...isForm, config: { action: documentActions.preview, ...pageOfForm } },
    (request, reply) => {
      const key = readKey(request.params);
      const form = request.body ?? {};
      const { body } = readFields(key, form);
      const preview = renderMarkdown(bounded(body), { hasOperations: key.kind === 'runbook' });
      if (request.headers['hx-request']) return reply.view('documents/preview', { html: preview });
      return sendEditor(ctx, reply, { key, form, preview });
    },
  );
}

/** Throws `not_found` for one that was never written, except the handover note, which each machine has. */
function formFor(documents: DocumentContext['documents'], key: DocumentKey, query: Form): Form {
  const document = key.slug === newSlug ? null : documents.peek(key);
  if (document) return formOf(document);
  if (key.slug === newSlug || isHandover(key)) return newForm(key, query);
  return formOf(documents.find(key));
}

function save(
  { documents }: DocumentContext,
  key: DocumentKey,
  form: Form,
  request: Parameters<typeof requester>[0],
): Promise<Document> {
  const version = readVersion(form);
  return documents.save(key, readFields(key, form), { version, by: requester(request) });
}

/** A new document whose address is taken is no conflict: its author has not seen the other one. */
function ofNew({ slug, kind }: DocumentKey, error: AppError): AppError {
  if (slug !== newSlug || error.code !== 'edit_conflict') return error;
  const message = `There is a ${kindWords[kind]} with this address already. Choose another one.`;
  const { details } = invalidArguments([{ field: 'slug', message }]);
  return new AppError('wrong_state', message, details);
}

function noticeOf({ version, title }: Document, seen: number): Notice {
  if (version === seen) return { tone: 'ok', title: 'Nothing was changed.', text: '' };
  return { tone: 'ok', title: `Version ${version} saved.`, text: title };
}

/** A text that is too long to be saved is not rendered, either. */
function bounded(body: string): string {
  return body.slice(0, 64 * 1024);
}

/** The editor alone for htmx, else its page. */
function sendEditor(
  { documentRepository }: DocumentContext,
  reply: FastifyReply,
  shown: Omit<Shown, 'stored'>,
) {
  const stored = documentRepository.find(shown.key)?.title ?? null;
  const editor = viewEditor({ ...shown, stored });
  if (reply.request.headers['hx-request']) return reply.view('documents/editor-again', { editor });
  return reply.sendPage({
    template: 'documents/edit-page',
    title: editor.heading,
    section: '/status',
    data: { editor },
  });
}
