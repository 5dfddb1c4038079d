import type { FastifyInstance } from 'fastify';
import type { Kernel } from '../../core/kernel.ts';
import { objectSchema, refusals } from '../../core/schemas.ts';
import { hubBody, hubRowSchema } from '../../web/hub.ts';
import { identityOf } from '../../web/identify.ts';

const schema = {
  summary: 'The areas of storage, each with one sentence.',
  response: { 200: objectSchema({ items: { type: 'array', items: hubRowSchema } }), ...refusals },
};

export function registerStorageApi(app: FastifyInstance, ctx: Kernel) {
  app.get('/api/v1/storage', { schema }, async (request) => ({
    items: await hubBody(ctx, 'storage', identityOf(request).role),
  }));
}
