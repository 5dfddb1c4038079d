// The routes that a server registers.
import diagnostics from 'node:diagnostics_channel';
import type { FastifyContextConfig, FastifyInstance, RouteOptions } from 'fastify';
import type { Test } from 'tap';

export type Route = { method: string; url: string; schema: unknown; config: FastifyContextConfig };

/** Collects the routes that servers register from now on, except HEAD; Fastify announces each instance on a channel. */
export function collectRoutes(t: Test): Route[] {
  const routes: Route[] = [];
  const onServer = (message: unknown) => {
    const { fastify } = message as { fastify: FastifyInstance };
    fastify.addHook('onRoute', (route) => {
      for (const name of [route.method].flat()) if (name !== 'HEAD') routes.push(describe(name, route));
    });
  };
  diagnostics.subscribe('fastify.initialization', onServer);
  t.teardown(() => diagnostics.unsubscribe('fastify.initialization', onServer));
  return routes;
}

/** Hooks of the server complete the schema later. */
function describe(method: string, route: RouteOptions): Route {
  return {
    method,
    url: route.url,
    config: route.config ?? {},
    get schema() {
      return route.schema;
    },
  };
}
