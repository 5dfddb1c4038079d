import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';
import type { SearchQuery } from '../../index/search.ts';
import type { Services } from '../services.ts';
import { anyObjectSchema, errorSchema } from './bodies.ts';

type Query = Omit<SearchQuery, 'query'> & { q: string };

const answer = { response: { 200: anyObjectSchema, '4xx': errorSchema, '5xx': errorSchema } };

const searchSchema = {
  ...answer,
  querystring: {
    type: 'object',
    additionalProperties: false,
    required: ['q'],
    properties: {
      q: { type: 'string', minLength: 1, maxLength: 500 },
      kind: { type: 'string', enum: ['experience', 'manual'] },
      category: { type: 'string', minLength: 1, maxLength: 40 },
      limit: { type: 'integer', minimum: 1, maximum: 100, default: 10 },
    },
  },
} as const;

export function registerIndexApi(app: FastifyInstance, { liveIndex }: Services) {
  app.get('/api/v1/index', { schema: answer }, () => liveIndex.truth());

  app.get<{ Querystring: Query }>('/api/v1/search', { schema: searchSchema }, (request) => {
    const { q, ...filter } = request.query;
    if (q.trim() === '') {
      const message = 'q: write what to search for.';
      throw new AppError('invalid_arguments', message, { problems: [{ field: 'q', message }] });
    }
    return liveIndex.search({ query: q, ...filter });
  });
}
