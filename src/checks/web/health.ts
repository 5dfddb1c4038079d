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

export function registerHealth(app: FastifyInstance, ctx: CheckContext) {
  const { checker, config, findings, now } = ctx;
  app.get('/health', { config: { reads: 'anyone' }, schema: answer }, async (request, reply) => {
    const maxAgeMs = request.identity ? 0 : unknownMaxAgeMs;
    const { status, components } = await readHealth(checker, findings, maxAgeMs);
    reply.code(status === 'unhealthy' ? 503 : 200);
    // Without a token it says no more.
    if (!request.identity) return { status };
    const timestamp = now().toISOString();
    return { status, mode: config.mode, version, components, maintenance: readWindow(ctx), timestamp };
  });
}

/** The window that has begun; null without one, and when it cannot be read, which a component says. */
function readWindow({ windows }: Pick<CheckContext, 'windows'>) {
  try {
    const window = windows.current();
    return window?.begun_at ? { window: window.id, level: window.level, ends_at: window.ends_at } : null;
  } catch {
    return null;
  }
}
