// Counts ended jobs and their durations since the server's start. Label values are bounded.
import { Counter, Histogram, type Registry } from 'prom-client';
import type { JobEvent } from '../../core/bus.ts';
import { isTerminal } from '../job.ts';
import type { JobContext } from '../parts.ts';

/** Further custom operations count as `other`. */
const operationsMax = 50;
const jobSeconds = [0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600];

export function countJobs(
  registry: Registry,
  { bus, repository, catalogue }: Pick<JobContext, 'bus' | 'repository' | 'catalogue'>,
) {
  const total = new Counter({
    name: 'chl_jobs_total',
    help: 'Jobs that ended.',
    labelNames: ['operation', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'chl_job_duration_seconds',
    help: 'How long jobs ran, from the start of their last attempt to the end.',
    labelNames: ['operation', 'outcome'],
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
    const ms = Date.parse(job.finished_at) - Date.parse(job.started_at);
    seconds.observe({ operation, outcome: status }, ms / 1000);
  });
}

/** Keeps the first `max` different values; all others become `other`. */
export function boundLabel(max: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.size < max) known.add(value);
    return known.has(value) ? value : 'other';
  };
}
