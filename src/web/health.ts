// /health: the worst result of all checks. /livez: that the server answers.
import type { FastifyInstance } from 'fastify';
import type { Check, Health } from '../core/check.ts';
import { version } from '../core/config.ts';
import { plural } from '../core/format.ts';
import type { Kernel } from '../core/kernel.ts';
import { anyObjectSchema, objectAnswer } from '../core/schemas.ts';
import type { Stream } from './stream/stream.ts';

const answer = {
  summary: 'Whether the server is healthy, by component.',
  response: { 200: anyObjectSchema, 503: anyObjectSchema },
};

const alive = { ...objectAnswer, summary: 'Answers while the server can answer.' };

export function registerHealth(
  app: FastifyInstance,
  { config, now }: Pick<Kernel, 'config' | 'now'>,
  checks: Check[],
) {
  app.get('/livez', { config: { reads: 'anyone' }, schema: alive }, async () => ({ status: 'alive' }));

  app.get('/health', { config: { reads: 'anyone' }, schema: answer }, async (request, reply) => {
    const components: Record<string, Health> = {};
    for (const { name, health } of checks) if (health) components[name] = await examine(health);
    const status = worst(Object.values(components));
    reply.code(status === 'unhealthy' ? 503 : 200);
    // Without a token it says no more.
    if (!request.identity) return { status };
    return { status, mode: config.mode, version, components, timestamp: now().toISOString() };
  });
}

/** A check that fails is a finding of its own, e.g. because the data folder is gone. */
async function examine(health: NonNullable<Check['health']>): Promise<Health> {
  try {
    return await health();
  } catch (error) {
    return { status: 'unhealthy', detail: `cannot be checked: ${(error as Error).message}` };
  }
}

export function streamCheck(
  { config, descriptors }: Pick<Kernel, 'config' | 'descriptors'>,
  stream: Pick<Stream, 'clientCount'>,
): Check {
  return {
    name: 'stream',
    health() {
      const clients = plural(stream.clientCount(), 'client');
      if (!descriptors.hasRoomFor('stream')) {
        return { status: 'degraded', detail: `${clients}; too many files are open for another client` };
      }
      if (stream.clientCount() < config.maxStreams) return { status: 'healthy', detail: clients };
      return { status: 'degraded', detail: `${clients}, the limit; further pages get no live updates` };
    },
  };
}

function worst(components: Health[]): Health['status'] {
  const order = ['unhealthy', 'degraded', 'healthy'] as const;
  return order.find((status) => components.some((component) => component.status === status)) ?? 'healthy';
}
