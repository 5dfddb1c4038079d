// /health: the worst state of all components.
import type { FastifyInstance } from 'fastify';
import { version } from '../../core/config.ts';
import { anyObjectSchema } from '../../core/schemas.ts';
import { readHealth } from '../health.ts';
import type { CheckContext } from '../parts.ts';

/** Somebody without a token cannot make all checks run with each request. */
const unknownMaxAgeMs = 1000;

const answer = {
  summary: 'Whether the server is healthy, by component.',
  response: { 200: anyObjectSchema, 503: anyObjectSchema },
};

export function registerHealth(app: FastifyInstance, { checker, config, findings, now }: CheckContext) {
  app.get('/health', { config: { reads: 'anyone' }, schema: answer }, async (request, reply) => {
    const maxAgeMs = request.identity ? 0 : unknownMaxAgeMs;
    const { status, components } = await readHealth(checker, findings, maxAgeMs);
    reply.code(status === 'unhealthy' ? 503 : 200);
    // Without a token it says no more.
    if (!request.identity) return { status };
    return { status, mode: config.mode, version, components, timestamp: now().toISOString() };
  });
}
