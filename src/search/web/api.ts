import type { FastifyInstance } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Kind } from '../../library/content.ts';
import type { ListQuery } from '../../index/list.ts';
import { maxQueryLength, type SearchQuery, searchModes } from '../../index/search-query.ts';
import { describeEntry } from '../describe-entry.ts';
import type { SearchContext } from '../parts.ts';
import { closedSchema, objectAnswer, textSchema } from '../../core/schemas.ts';
import { categorySchema, kindSchema } from '../../library/schemas.ts';
import { states } from './sync-badges.ts';

type Query = Omit<SearchQuery, 'query'> & { q: string };
type List = Omit<ListQuery, 'after'> & { cursor?: string };

const searchSchema = {
  summary: 'Entries by their words and by meaning, best match first, with counts by kind and category.',
  ...objectAnswer,
  querystring: closedSchema(
    {
      q: { type: 'string', minLength: 1, maxLength: maxQueryLength },
      mode: {
        type: 'string',
        enum: searchModes,
        default: 'best',
        description: 'words: by words; meaning: by vectors; best: by both.',
      },
      kind: kindSchema,
      category: categorySchema,
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
    },
    ['q'],
  ),
};

const listSchema = {
  summary: 'Entries by sync state with the index, with the reason of each.',
  ...objectAnswer,
  querystring: closedSchema({
    state: { type: 'string', enum: states, default: 'all' },
    kind: kindSchema,
    category: categorySchema,
    cursor: textSchema,
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  }),
};

const entrySchema = {
  summary: 'One entry, with its queue state and its sync state with the index.',
  ...objectAnswer,
  querystring: closedSchema({ kind: kindSchema }),
};

export function registerSearchApi(app: FastifyInstance, ctx: SearchContext) {
  const { liveIndex } = ctx;

  app.get<{ Querystring: Query }>('/api/v1/search', { schema: searchSchema }, (request) => {
    const { q, ...filter } = request.query;
    if (q.trim() === '') {
      const message = 'q: enter what to search for.';
      throw new AppError('invalid_arguments', message, { problems: [{ field: 'q', message }] });
    }
    return liveIndex.search({ query: q, ...filter });
  });

  app.get<{ Querystring: List }>('/api/v1/entries', { schema: listSchema }, async (request) => {
    const { cursor, ...query } = request.query;
    const { items, next } = await liveIndex.list({ ...query, after: cursor });
    return { items, next_cursor: next };
  });

  app.get<{ Params: { id: string }; Querystring: { kind?: Kind } }>(
    '/api/v1/entries/:id',
    { schema: entrySchema },
    async (request) => {
      const { entry, task, indexed } = await describeEntry(ctx, request.params.id, request.query.kind);
      return { ...entry, queue: task, index: indexed };
    },
  );
}
