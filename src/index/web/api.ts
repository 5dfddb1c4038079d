import type { FastifyInstance } from 'fastify';
import { objectAnswer } from '../../core/schemas.ts';
import type { IndexContext } from '../parts.ts';

export function registerIndexApi(app: FastifyInstance, { liveIndex }: Pick<IndexContext, 'liveIndex'>) {
  app.get(
    '/api/v1/index',
    { schema: { ...objectAnswer, summary: 'The index in use, and how it covers the library.' } },
    () => liveIndex.indexState(),
  );
}
