// The bodies of forms: each field is one text, however often it was sent.
import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import { type Fields, lastValues } from './validation.ts';

/** Hooks run after the schema of a route, which refuses some repeated fields. The API takes lists. */
export async function registerForms(app: FastifyInstance) {
  await app.register(formbody);
  app.addHook('preHandler', async (request) => {
    const hasFields = request.body !== null && typeof request.body === 'object';
    if (hasFields && !request.routeOptions.url?.startsWith('/api/'))
      request.body = lastValues(request.body as Fields);
  });
}
