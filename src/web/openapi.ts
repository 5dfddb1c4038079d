// The OpenAPI document, generated from the schemas of the routes.
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { version } from '../core/config.ts';
import { objectAnswer } from '../core/schemas.ts';

/** Must be registered before the routes; omits those without a summary: pages and partials. */
export async function registerOpenApi(app: FastifyInstance) {
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'CHL Operations', version } },
    transform: ({ schema, url }) => ({ schema: { ...schema, hide: !schema?.summary }, url }),
  });
  app.get('/api/v1/openapi.json', { schema: { ...objectAnswer, summary: 'This description.' } }, () =>
    app.swagger(),
  );
}
