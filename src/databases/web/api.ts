import type { FastifyInstance } from 'fastify';
import { integerSchema, nullable, objectSchema, refusals, textSchema } from '../../core/schemas.ts';
import type { DatabaseContext } from '../parts.ts';

const tableSchema = objectSchema({
  name: textSchema,
  rows: integerSchema,
  bytes: integerSchema,
  unused_bytes: { ...integerSchema, description: 'The unfilled part of its pages, which holds no data.' },
});

const databaseSchema = objectSchema({
  name: textSchema,
  file: textSchema,
  bytes: { ...integerSchema, description: 'Without its log.' },
  free_bytes: { ...integerSchema, description: 'The free pages of the file, which a vacuum gives back.' },
  wal_bytes: { ...integerSchema, description: 'The write-ahead log.' },
  check: objectSchema({
    outcome: { ...textSchema, enum: ['passed', 'found', 'unfinished', 'never'] },
    job: nullable('integer'),
    at: nullable('string'),
    text: nullable('string'),
  }),
  tables: {
    ...objectSchema({ job: integerSchema, at: textSchema, items: { type: 'array', items: tableSchema } }),
    type: ['object', 'null'],
    description: 'As the last job has measured them; null before the first.',
  },
  busy: {
    ...objectSchema({ waits: integerSchema, retries: integerSchema }),
    description:
      'How often the server has met another writer since its start. Workers and scripts are not counted.',
  },
  migrations: {
    type: 'array',
    items: objectSchema({ name: textSchema, is_applied: { type: 'boolean' } }),
  },
  log: {
    ...objectSchema({ max_bytes: integerSchema, lines: integerSchema, oldest_at: nullable('string') }),
    type: ['object', 'null'],
    description: 'Of the log alone, which is made again when it is lost.',
  },
});

const schema = {
  summary: 'The databases: sizes, tables, the last check, waits for other writers, migrations.',
  response: { 200: objectSchema({ items: { type: 'array', items: databaseSchema } }), ...refusals },
};

export function registerDatabasesApi(app: FastifyInstance, { databaseList }: DatabaseContext) {
  app.get('/api/v1/databases', { schema }, async () => ({ items: databaseList.all() }));
}
