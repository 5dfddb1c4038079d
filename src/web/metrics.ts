// `/metrics` for Prometheus: this file counts requests and the process, features count everything else. Label values are
// bounded, because routes are patterns.
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { type Config, version } from '../core/config.ts';
import { contentAnswer } from '../core/schemas.ts';
import type { AnsweredRequest } from '../core/answered-request.ts';
import type { Mounted } from './feature.ts';

const secondsOfRequests = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function countRequests() {
  const registry = new Registry();
  const labelNames = ['method', 'route', 'status'];
  const requests = new Counter({
    name: 'chl_http_requests_total',
    help: 'Answered requests by route pattern and status class.',
    labelNames,
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'chl_http_request_duration_seconds',
    help: 'How long requests took to answer, without streams, uploads and downloads.',
    labelNames,
    buckets: secondsOfRequests,
    registers: [registry],
  });
  return {
    registry,
    count({ method, route, status, kind, ms }: AnsweredRequest) {
      const labels = { method, route, status: `${Math.floor(status / 100)}xx` };
      requests.inc(labels);
      if (kind === 'request') seconds.observe(labels, ms / 1000);
    },
  };
}

const schema = {
  summary: 'The counters, gauges and histograms of the server, for Prometheus.',
  response: contentAnswer('text/plain', 'In the text format of Prometheus.'),
};

/** `registry`: from `countRequests`. */
export function registerMetrics(
  app: FastifyInstance,
  registry: Registry,
  { mode, mounted }: { mode: Config['mode']; mounted: Mounted[] },
) {
  for (const { feature, ctx } of mounted) feature.metrics?.(registry, ctx);
  addProcess(registry, mode);
  app.get('/metrics', { schema }, async (_request, reply) => {
    reply.header('content-type', registry.contentType);
    return registry.metrics();
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
