// Documents in the JSON API.
import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  idSchema,
  listSchema,
  nullable,
  objectSchema,
  optionalBody,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import { requester } from '../../web/requester.ts';
import { documentActions } from '../actions.ts';
import { formatCursor, readCursor } from '../cursor.ts';
import { type DocumentFields, documentKinds, type DocumentKind, plainFields, readKey } from '../document.ts';
import { documentBody, documentSchema, listedSchema, listedVersionSchema } from '../document-body.ts';
import type { DocumentContext } from '../parts.ts';
import { readWords } from './search-words.ts';

type Named = { Params: { kind: string; slug: string } };
type ListQuery = { kind?: DocumentKind; tag?: string; q?: string; limit: number; cursor?: string };
type PutBody = Partial<DocumentFields> & Pick<DocumentFields, 'title' | 'body'> & { version: number };

const params = objectSchema({ kind: textSchema, slug: textSchema });
const limit = { type: 'integer', minimum: 1, maximum: 200, default: 50 } as const;
const path = '/api/v1/documents/:kind/:slug';

const listRequest = {
  summary: 'Documents without their texts, the newest change first.',
  description: '`q`: words of title, text and tags. Removed documents are not listed.',
  querystring: closedSchema({
    kind: { type: 'string', enum: documentKinds },
    tag: { type: 'string', maxLength: 200 },
    q: { type: 'string', maxLength: 500 },
    limit,
    cursor: { type: 'string', maxLength: 200 },
  }),
  response: { 200: listSchema(listedSchema), ...refusals },
};

const oneRequest = {
  summary: 'One document, or a version of it.',
  description: '`kind` is `runbook`, `post_mortem` or `note`. The versions of a removed document stay.',
  params,
  querystring: closedSchema({ version: idSchema }),
  response: { 200: documentSchema, ...refusals },
};

const versionsRequest = {
  summary: 'The versions of a document, the newest first.',
  params,
  querystring: closedSchema({ limit, cursor: { type: 'string', pattern: '^\\d{1,15}$' } }),
  response: { 200: listSchema(listedVersionSchema), ...refusals },
};

const putRequest = {
  summary: 'Saves the next version of a document, or a new document.',
  description:
    '`version`: the one that you have read; 0, the default, for a new or removed document. If it is no longer the newest one, nothing is saved: 409 `edit_conflict`, with the newest text in `details.current` and yours in `details.yours`. Fields that are left out stay as they are. A text that changes nothing makes no version.',
  params,
  body: closedSchema(
    {
      title: textSchema,
      body: { ...textSchema, description: 'Markdown, at most 64 KiB.' },
      version: { type: 'integer', minimum: 0, default: 0 },
      owner: nullable('string'),
      tags: { type: 'array', items: textSchema },
      priority: { ...nullable('string'), description: 'Of a runbook: high, normal or low.' },
      prerequisites: nullable('string'),
      rollback: nullable('string'),
      review_days: nullable('integer'),
    },
    ['title', 'body'],
  ),
  response: { 200: documentSchema, 201: documentSchema, ...refusals },
};

const deleteRequest = {
  summary: 'Removes a document. Its versions stay, and a save brings it back.',
  params,
  body: optionalBody({}),
  response: { 204: { type: 'null' }, ...refusals },
};

const reviewRequest = {
  summary: 'Dates the review of a runbook that is still right.',
  params,
  body: optionalBody({}),
  response: { 200: documentSchema, ...refusals },
};

export function registerDocumentsApi(app: FastifyInstance, { documents }: DocumentContext) {
  app.get<{ Querystring: ListQuery }>('/api/v1/documents', { schema: listRequest }, ({ query }) => {
    const { kind = null, tag = null, q, limit, cursor } = query;
    const filter = { kind, tag, words: readWords(q), isRemoved: false };
    const found = documents.search(filter, limit + 1, readCursor(cursor));
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, next_cursor: found.length > limit && last ? formatCursor(last) : null };
  });

  app.get<Named & { Querystring: { version?: number } }>(path, { schema: oneRequest }, (request) => {
    const key = readKey(request.params);
    const { version } = request.query;
    if (version === undefined) return documentBody(documents.find(key));
    return documentBody(documents.findEver(key), documents.atVersion(key, version));
  });

  app.get<Named & { Querystring: { limit: number; cursor?: string } }>(
    `${path}/versions`,
    { schema: versionsRequest },
    ({ params, query: { limit, cursor } }) => {
      const { kind, slug } = documents.findEver(readKey(params));
      const before = cursor === undefined ? {} : { before: Number(cursor) };
      const found = documents.versions({ kind, slug }, { limit: limit + 1, ...before });
      const items = found.slice(0, limit);
      const last = items.at(-1);
      return { items, next_cursor: found.length > limit && last ? String(last.version) : null };
    },
  );

  registerChanges(app, documents);
}

function registerChanges(app: FastifyInstance, documents: DocumentContext['documents']) {
  app.put<Named & { Body: PutBody }>(
    path,
    { schema: putRequest, config: { action: documentActions.save } },
    async (request, reply) => {
      const key = readKey(request.params);
      const before = documents.peek(key);
      const { version, ...given } = request.body;
      const fields = { ...(before ?? plainFields), ...given };
      const saved = await documents.save(key, fields, { version, by: requester(request) });
      return reply.code(before ? 200 : 201).send(documentBody(saved));
    },
  );

  app.delete<Named>(
    path,
    { schema: deleteRequest, config: { action: documentActions.remove } },
    async (request, reply) => {
      await documents.remove(readKey(request.params), requester(request));
      return reply.code(204).send();
    },
  );

  app.post<Named>(
    `${path}/review`,
    { schema: reviewRequest, config: { action: documentActions.review } },
    async (request) => documentBody(await documents.review(readKey(request.params), requester(request))),
  );
}
