// /readyz: whether jobs can be accepted, for supervisors and load balancers.
import type { FastifyInstance } from 'fastify';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import type { JobContext } from '../parts.ts';

const answer = {
  summary: 'Whether jobs can be accepted.',
  response: { 200: objectSchema({ status: textSchema }), 503: objectSchema({ status: textSchema }) },
};

export function registerReadiness(app: FastifyInstance, { jobs, listing }: JobContext) {
  app.get('/readyz', { schema: answer }, (_request, reply) => {
    const isReady = canAccept();
    return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready' });
  });

  function canAccept(): boolean {
    try {
      jobs.assertAccepting();
      listing.newestNumber();
      return true;
    } catch {
      return false;
    }
  }
}
