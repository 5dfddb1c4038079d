// The last runs of each operation and their figures, kept until one ends.
import type { Kernel } from '../core/kernel.ts';
import { isTerminal } from '../jobs/job.ts';
import { quantile, realRuns } from '../telemetry/run-figures.ts';
import { createRunRepository, type MeasuredRun } from './run-repository.ts';

/** Durations and CPU time in seconds, of successful runs that did real work; null without one. */
export type OperationFigures = {
  runs: number;
  succeeded: number;
  failed: number;
  cancelled: number;
  p50_sec: number | null;
  p95_sec: number | null;
  cpu_p50_sec: number | null;
  peak_rss_bytes: number | null;
  documents: number | null;
};

export type OperationRuns = { operation: string; title: string; runs: MeasuredRun[] } & {
  figures: OperationFigures;
};

type Kept = Pick<OperationRuns, 'runs' | 'figures'>;
type Needed = Pick<Kernel, 'ops' | 'bus' | 'caches' | 'catalogue'>;

const runsRead = 20;
/** Another process may end a job, too. */
const maxAgeMs = 60_000;
const runBytes = 120;

export function createOperationRuns({ ops, bus, caches, catalogue }: Needed) {
  const repository = createRunRepository(ops);
  const kept = caches.create<Kept>('operation-runs', {
    reads: 'viewer',
    about: 'The last runs of each operation, until one ends.',
    entries: 500,
    bytes: 2 * 1024 * 1024,
    ttlMs: maxAgeMs,
    sizeOf: ({ runs }) => runBytes * runs.length,
    show: ({ figures }) => JSON.stringify(figures),
  });
  bus.on('job', ({ operation, status }) => {
    if (isTerminal(status)) kept.delete(operation);
  });
  bus.on('jobs-removed', () => void kept.clear());

  const read = (operation: string): Kept => {
    const known = kept.get(operation);
    if (known) return known;
    const runs = repository.lastRuns(operation, runsRead);
    const fresh = { runs, figures: figuresOf(runs, repository.documents(operation, runsRead)) };
    kept.set(operation, fresh);
    return fresh;
  };

  /** In the order of the catalogue, without operations that have never ended a run. */
  return (): OperationRuns[] =>
    catalogue.all().flatMap(({ name, title }) => {
      const one = read(name);
      return one.runs.length === 0 ? [] : [{ operation: name, title, ...one }];
    });
}

function figuresOf(runs: MeasuredRun[], documents: number | null): OperationFigures {
  const count = (status: MeasuredRun['status']) => runs.filter((run) => run.status === status).length;
  const real = realRuns(runs);
  const seconds = real.flatMap((run) => run.seconds ?? []);
  const memory = runs.flatMap((run) => run.peak_rss_bytes ?? []);
  return {
    runs: runs.length,
    succeeded: count('succeeded'),
    failed: count('failed'),
    cancelled: count('cancelled'),
    p50_sec: quantile(seconds, 0.5),
    p95_sec: quantile(seconds, 0.95),
    cpu_p50_sec: quantile(
      real.flatMap((run) => run.cpu_sec ?? []),
      0.5,
    ),
    peak_rss_bytes: memory.length > 0 ? Math.max(...memory) : null,
    documents,
  };
}
