import type { FastifyInstance } from 'fastify';
import {
  closedSchema,
  idSchema,
  integerSchema,
  listSchema,
  nullable,
  objectSchema,
  refusals,
  textSchema,
} from '../../core/schemas.ts';
import type { StartContext } from '../parts.ts';

type Query = { limit: number; cursor?: number };

const startSchema = objectSchema({
  id: integerSchema,
  at: textSchema,
  version: textSchema,
  commit: nullable('string'),
  node: textSchema,
  sqlite: textSchema,
  mode: textSchema,
  pid: integerSchema,
  boot_id: nullable('string'),
  config_changed: {
    ...nullable('boolean'),
    description: 'Whether settings differ from those of the start before; null for the first.',
  },
  ended_at: nullable('string'),
  end: {
    ...nullable('string'),
    enum: ['stopped', 'lost', null],
    description: 'lost: it crashed or was killed; ended_at is its last sign of life. Null: it runs.',
  },
});

const schema = {
  summary: 'The starts of the server, newest first, and how each run ended.',
  querystring: closedSchema({
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
    cursor: idSchema,
  }),
  response: { 200: listSchema(startSchema), ...refusals },
};

export function registerStartsApi(app: FastifyInstance, { starts }: Pick<StartContext, 'starts'>) {
  app.get<{ Querystring: Query }>('/api/v1/starts', { schema }, async (request) => {
    const { items, next } = starts.list(request.query.limit, request.query.cursor);
    return { items, next_cursor: next === null ? null : String(next) };
  });
}
