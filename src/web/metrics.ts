// `/metrics` for Prometheus: this file counts requests and the process, features count everything else. Label values are
// bounded, because routes are patterns.
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Registry } from 'prom-client';
import { type Config, version } from '../core/config.ts';
import { isSelfCheck } from '../core/self-check.ts';
import type { Mounted } from './feature.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];

/** Must be registered before the routes, to count their responses. */
export function registerMetrics(app: FastifyInstance, mode: Config['mode'], mounted: Mounted[]) {
  const registry = new Registry();
  countRequests(app, registry);
  for (const { feature, ctx } of mounted) feature.metrics?.(registry, ctx);
  addProcess(registry, mode);

  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', registry.contentType);
    return registry.metrics();
  });
}

function countRequests(app: FastifyInstance, registry: Registry) {
  const requests = new Counter({
    name: 'chl_http_requests_total',
    help: 'Answered requests by route pattern and status class.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
    if (isSelfCheck(request.headers)) return;
    requests.inc({
      method: methods.includes(request.method) ? request.method : 'other',
      route: request.routeOptions.url ?? 'none',
      status: `${Math.floor(reply.statusCode / 100)}xx`,
    });
  });
}

function addProcess(registry: Registry, mode: string) {
  new Gauge({
    name: 'chl_build_info',
    help: 'The running build; always 1.',
    labelNames: ['version', 'node', 'mode'],
    registers: [registry],
  }).set({ version, node: process.version, mode }, 1);
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time of the server.',
    registers: [registry],
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
}
