// The routes that a server registers.
import diagnostics from 'node:diagnostics_channel';
import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import type { Test } from 'tap';

export type Route = { method: string; url: string; schema: unknown; config: FastifyContextConfig };

/** Collects the routes that servers register from now on, except HEAD; Fastify announces each instance on a channel. */
export function collectRoutes(t: Test): Route[] {
  const routes: Route[] = [];
  const onServer = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url, schema, config = {} }) => {
      for (const name of [method].flat())
        if (name !== 'HEAD') routes.push({ method: name, url, schema, config });
    });
  };
  diagnostics.subscribe('fastify.initialization', onServer);
  t.teardown(() => diagnostics.unsubscribe('fastify.initialization', onServer));
  return routes;
}
