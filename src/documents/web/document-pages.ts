// The page of a document and its versions, and its buttons. The newest version of a runbook has a page of its own.
import type { FastifyInstance } from 'fastify';
import { closedSchema, idSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import { documentActions } from '../actions.ts';
import { type DocumentKey, handoverKey, kindWords, readKey } from '../document.ts';
import type { DocumentContext } from '../parts.ts';
import { documentUrl, formUrl } from './document-url.ts';
import { isHandover } from './edit-form.ts';
import { type DocumentQuery, viewDocument } from './document-view.ts';

type Named = { Params: { kind: string; slug: string } };

export const documentPage: Page = {
  path: '/documents/:kind/:slug',
  api: '/api/v1/documents/:kind/:slug',
  cards: [],
  examples: [],
};

const section = '/status';
const params = closedSchema({ kind: textSchema, slug: textSchema });
const querystring = closedSchema({ version: idSchema, changes: { type: 'boolean' }, before: idSchema });

export function registerDocumentPages(app: FastifyInstance, ctx: DocumentContext) {
  const { documents } = ctx;

  app.get<Named & { Querystring: DocumentQuery }>(
    documentPage.path,
    { config: { isPage: true }, schema: { querystring } },
    (request, reply) => {
      const key = readKey(request.params);
      if (isHandover(key) && !ctx.documentRepository.find(handoverKey))
        return reply.redirect(url(`/documents/${key.kind}/${key.slug}/edit`), 303);
      const document = documents.findEver(key);
      const isOwnPage = key.kind === 'runbook' && document.removed_at === null;
      if (isOwnPage && request.query.version === undefined) return reply.redirect(documentUrl(key), 303);
      const view = viewDocument(ctx, document, request.query);
      return reply.sendPage({
        template: 'documents/document-page',
        title: view.title,
        section,
        data: { document: view },
      });
    },
  );

  registerButtons(app, documents);
}

function registerButtons(app: FastifyInstance, documents: DocumentContext['documents']) {
  app.post<Named & Posted>(
    '/ui/documents/:kind/:slug/restore',
    {
      schema: { ...isForm.schema, params },
      config: { action: documentActions.save, page: documentPage.path },
    },
    async (request, reply) => {
      const key = readKey(request.params);
      const { restored, version } = readVersions(request.body ?? {});
      const saved = await documents.restoreVersion(key, restored, { version, by: requester(request) });
      const notice = { tone: 'ok', title: `Version ${saved.version} saved.`, text: saved.title } as const;
      return reply.sendAction({ notice, redirect: documentUrl(key), hosts: [] });
    },
  );

  app.get<Named>(
    '/ui/documents/:kind/:slug/remove',
    { config: { isPage: true }, schema: { params } },
    (request, reply) => {
      const { kind, slug, title } = documents.find(readKey(request.params));
      return reply.sendDialog('documents/dialog-remove', viewRemoval({ kind, slug }, title));
    },
  );

  app.post<Named & Posted>(
    '/ui/documents/:kind/:slug/remove',
    { schema: { ...isForm.schema, params }, config: { action: documentActions.remove } },
    async (request, reply) => {
      const key = readKey(request.params);
      await documents.remove(key, requester(request));
      const notice = {
        tone: 'ok',
        title: 'Removed.',
        text: '“Removed” on Documents can bring it back.',
      } as const;
      return reply.sendAction({ notice, redirect: listUrl(key), hosts: [] });
    },
  );

  app.post<Named & Posted>(
    '/ui/documents/:kind/:slug/review',
    {
      schema: { ...isForm.schema, params },
      config: { action: documentActions.review, page: documentPage.path },
    },
    async (request, reply) => {
      const { title, ...key } = await documents.review(readKey(request.params), requester(request));
      const notice = { tone: 'ok', title: 'Reviewed, still right.', text: title } as const;
      return reply.sendAction({ notice, redirect: documentUrl(key), hosts: ['runbooks-card'] });
    },
  );
}

const listUrl = ({ kind }: DocumentKey) =>
  kind === 'runbook' ? url('/runbooks') : url('/documents', { kind });

/** Not whole numbers find no version. */
function readVersions({ restored, version }: Record<string, string>) {
  return { restored: Number(restored), version: Number(version) };
}

function viewRemoval(key: DocumentKey, title: string) {
  const word = kindWords[key.kind];
  return {
    question: `Remove “${title}”?`,
    section,
    consequences: [
      `The ${word} leaves every list.`,
      'Its versions stay. The list “Removed” on Documents can bring it back.',
    ],
    action: formUrl(key, 'remove'),
    confirm: 'Remove',
    keep: `Keep the ${word}`,
    back: documentUrl(key),
  };
}
