// The routes that a server registers.
import diagnostics from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import type { Test } from 'tap';

export type Route = { method: string; url: string; schema: unknown; isPage: boolean };

/** Collects the routes that servers register from now on, except HEAD; Fastify announces each instance on a channel. */
export function collectRoutes(t: Test): Route[] {
  const routes: Route[] = [];
  const onServer = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', ({ method, url, schema, config }) => {
      const isPage = config?.isPage === true;
      for (const name of [method].flat())
        if (name !== 'HEAD') routes.push({ method: name, url, schema, isPage });
    });
  };
  diagnostics.subscribe('fastify.initialization', onServer);
  t.teardown(() => diagnostics.unsubscribe('fastify.initialization', onServer));
  return routes;
}
