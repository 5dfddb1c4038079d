// `/metrics` for Prometheus: requests and the process are counted here, everything else by the features. Label values are
// bounded: routes are patterns.
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Registry } from 'prom-client';
import { version } from '../core/config.ts';
import type { Kernel } from '../core/kernel.ts';
import type { Mounted } from './feature.ts';

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];

/** Register before the routes, so that each of their answers is counted. */
export function registerMetrics(
  app: FastifyInstance,
  { config }: Pick<Kernel, 'config'>,
  mounted: Mounted[],
) {
  const registry = new Registry();
  countRequests(app, registry);
  for (const { feature, own } of mounted) feature.metrics?.(registry, own);
  addProcess(registry, config.mode);

  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', registry.contentType);
    return registry.metrics();
  });
}

function countRequests(app: FastifyInstance, registry: Registry) {
  const requests = new Counter({
    name: 'chl_http_requests_total',
    help: 'Answered requests by route pattern and class of status.',
    labelNames: ['method', 'route', 'status'],
    registers: [registry],
  });
  app.addHook('onResponse', async (request, reply) => {
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
    help: 'Which build runs; always 1.',
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
