import type { FastifyInstance } from 'fastify';
import { integerSchema, objectSchema, refusals } from '../../core/schemas.ts';
import { hubBody, hubRowSchema } from '../../web/hub.ts';
import { identityOf } from '../../web/identify.ts';
import type { StatusContext } from '../parts.ts';

const schema = {
  summary: 'The areas of the status, each with one sentence.',
  response: {
    200: objectSchema({ open_errors: integerSchema, items: { type: 'array', items: hubRowSchema } }),
    ...refusals,
  },
};

export function registerStatusApi(app: FastifyInstance, ctx: StatusContext) {
  app.get('/api/v1/status', { schema }, async (request) => ({
    open_errors: ctx.countErrors(),
    items: await hubBody(ctx, 'status', identityOf(request).role),
  }));
}
