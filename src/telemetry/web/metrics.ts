// `/metrics` for Prometheus: what happened since the start (jobs, requests) is counted here, what is (queue, workers,
// index, process) is taken from the newest sample. Label values are bounded: routes are patterns, names have a limit.
import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { JobEvent } from '../../core/bus.ts';
import { version } from '../../core/config.ts';
import { isTerminal } from '../../jobs/job.ts';
import type { Sample } from '../metrics.ts';
import type { Services } from '../../web/services.ts';

type Labels = Record<string, string>;
/** Of a gauge: its values with their labels; one that is null is left out. */
type Read = (sample: Sample) => [Labels, number | null][];

/** Operations beyond these, an operator's own, count as `other`. */
const operationsMax = 50;
const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'];
const jobSeconds = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600];

/** Register before the routes, so that each of their answers is counted. */
export function registerMetrics(app: FastifyInstance, services: Services) {
  const registry = new Registry();
  countRequests(app, registry);
  countJobs(services, registry);
  const { telemetry, config } = services;
  const gauge = (name: string, help: string, read: Read) => addGauge(registry, telemetry, name, help, read);
  gauge('chl_sample_timestamp_seconds', 'When the sample was taken that gauges are from.', ({ at }) => [
    [{}, at],
  ]);
  gauge('chl_queue_entries', 'Entries of the embedding queue.', (sample) => [
    [{ kind: 'experience', state: 'pending' }, sample.queue_pending_experiences],
    [{ kind: 'manual', state: 'pending' }, sample.queue_pending_manuals],
    [{ kind: 'experience', state: 'failed' }, sample.queue_failed_experiences],
    [{ kind: 'manual', state: 'failed' }, sample.queue_failed_manuals],
  ]);
  gauge('chl_embedding_entries_per_minute', 'Entries embedded a minute, over the last minute.', (sample) => [
    [{}, sample.embedding_rate],
  ]);
  gauge('chl_workers', 'Embedding workers by state.', (sample) => [
    [{ state: 'idle' }, sample.workers_idle],
    [{ state: 'working' }, sample.workers_working],
    [{ state: 'paused' }, sample.workers_paused],
    [{ state: 'draining' }, sample.workers_draining],
    [{ state: 'stalled' }, sample.workers_stalled],
    [{ state: 'lost' }, sample.workers_lost],
  ]);
  gauge('chl_index_vectors', 'Vectors in the index.', (sample) => [[{}, sample.index_vectors]]);
  gauge('chl_index_orphans', 'Vectors whose entry is gone.', (sample) => [[{}, sample.index_orphans]]);
  gauge('chl_index_entries', 'Entries of the library by how the index holds them.', (sample) => [
    [{ state: 'fresh' }, sample.index_fresh],
    [{ state: 'stale' }, sample.index_stale],
    [{ state: 'missing' }, sample.index_missing],
    [{ state: 'failed' }, sample.index_failed],
  ]);
  gauge('chl_jobs_active', 'Jobs that run or wait.', (sample) => [
    [{ status: 'running' }, sample.jobs_running],
    [{ status: 'queued' }, sample.jobs_queued],
  ]);
  gauge('chl_event_loop_lag_seconds', 'How late the event loop was during the last sample.', (sample) => [
    [{ quantile: '0.5' }, inSeconds(sample.loop_lag_p50_ms)],
    [{ quantile: '0.99' }, inSeconds(sample.loop_lag_p99_ms)],
    [{ quantile: '1' }, inSeconds(sample.loop_lag_max_ms)],
  ]);
  gauge('process_resident_memory_bytes', 'Memory that the server holds.', (sample) => [
    [{}, sample.rss_bytes],
  ]);
  gauge('chl_streams', 'Open live streams.', (sample) => [[{}, sample.streams]]);
  gauge('chl_database_bytes', 'Size of the database files.', (sample) => [
    [{ database: 'library', file: 'main' }, sample.library_bytes],
    [{ database: 'library', file: 'wal' }, sample.library_wal_bytes],
    [{ database: 'ops', file: 'main' }, sample.ops_bytes],
    [{ database: 'ops', file: 'wal' }, sample.ops_wal_bytes],
  ]);
  gauge('chl_disk_free_bytes', 'Free room on the disk of the data folder.', (sample) => [
    [{}, sample.disk_free_bytes],
  ]);
  addProcess(registry, config.mode);

  app.get('/metrics', async (_request, reply) => {
    reply.header('content-type', registry.contentType);
    return registry.metrics();
  });
}

/** The first `most` different values stay as they are, all others are `other`. */
export function boundLabel(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.size < most) known.add(value);
    return known.has(value) ? value : 'other';
  };
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

function countJobs({ bus, repository, catalogue }: Services, registry: Registry) {
  const total = new Counter({
    name: 'chl_jobs_total',
    help: 'Jobs that ended.',
    labelNames: ['operation', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'chl_job_duration_seconds',
    help: 'How long jobs ran, from the start of their last attempt to the end.',
    labelNames: ['operation'],
    buckets: jobSeconds,
    registers: [registry],
  });
  const bounded = boundLabel(operationsMax);
  for (const { name } of catalogue.all()) bounded(name);
  bus.on('job', ({ id, operation: name, status }: JobEvent) => {
    if (!isTerminal(status)) return;
    const operation = bounded(name);
    total.inc({ operation, status });
    const job = repository.find(id);
    if (!job?.started_at || !job.finished_at) return;
    seconds.observe({ operation }, (Date.parse(job.finished_at) - Date.parse(job.started_at)) / 1000);
  });
}

function addGauge(
  registry: Registry,
  telemetry: Services['telemetry'],
  name: string,
  help: string,
  read: Read,
) {
  const nothing = {} as Sample;
  const labelNames = Object.keys(read(nothing)[0]?.[0] ?? {});
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      // Without labels a reset leaves a zero that nobody has measured.
      if (labelNames.length === 0) this.remove();
      const sample = telemetry.latest();
      for (const [labels, value] of sample ? read(sample) : []) if (value !== null) this.set(labels, value);
    },
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

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
