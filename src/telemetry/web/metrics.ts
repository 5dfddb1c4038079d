// Gauges of queue, workers, index and process, from the newest sample.
import type { Sample } from '../../core/db/metrics.ts';
import { Gauge, type Registry } from 'prom-client';
import type { Telemetry, TelemetryContext } from '../parts.ts';

type Labels = Record<string, string>;
/** The values of a gauge with their labels; a null value is left out. */
type Read = (sample: Sample) => [Labels, number | null][];

export function addGauges(registry: Registry, { telemetry }: Pick<TelemetryContext, 'telemetry'>) {
  for (const [name, help, read] of gauges) addGauge(registry, telemetry, name, help, read);
}

const gauges: [name: string, help: string, read: Read][] = [
  ['chl_sample_timestamp_seconds', 'Time of the sample that the gauges show.', ({ at }) => [[{}, at]]],
  [
    'chl_queue_entries',
    'Entries of the embedding queue.',
    (sample) => [
      [{ kind: 'experience', state: 'pending' }, sample.queue_pending_experiences],
      [{ kind: 'manual', state: 'pending' }, sample.queue_pending_manuals],
      [{ kind: 'experience', state: 'failed' }, sample.queue_failed_experiences],
      [{ kind: 'manual', state: 'failed' }, sample.queue_failed_manuals],
    ],
  ],
  [
    'chl_embedding_entries_per_minute',
    'Entries embedded per minute, over the last minute.',
    (sample) => [[{}, sample.embedding_rate]],
  ],
  [
    'chl_workers',
    'Embedding workers by state.',
    (sample) => [
      [{ state: 'idle' }, sample.workers_idle],
      [{ state: 'working' }, sample.workers_working],
      [{ state: 'paused' }, sample.workers_paused],
      [{ state: 'draining' }, sample.workers_draining],
      [{ state: 'stalled' }, sample.workers_stalled],
      [{ state: 'lost' }, sample.workers_lost],
    ],
  ],
  ['chl_index_vectors', 'Vectors in the index.', (sample) => [[{}, sample.index_vectors]]],
  ['chl_index_orphans', 'Vectors whose entry was deleted.', (sample) => [[{}, sample.index_orphans]]],
  [
    'chl_index_entries',
    'Entries of the library by sync state with the index.',
    (sample) => [
      [{ state: 'fresh' }, sample.index_fresh],
      [{ state: 'stale' }, sample.index_stale],
      [{ state: 'missing' }, sample.index_missing],
      [{ state: 'failed' }, sample.index_failed],
    ],
  ],
  [
    'chl_jobs_active',
    'Running and waiting jobs.',
    (sample) => [
      [{ status: 'running' }, sample.jobs_running],
      [{ status: 'queued' }, sample.jobs_queued],
    ],
  ],
  [
    'chl_event_loop_lag_seconds',
    'Event loop lag during the last sample.',
    (sample) => [
      [{ quantile: '0.5' }, inSeconds(sample.loop_lag_p50_ms)],
      [{ quantile: '0.99' }, inSeconds(sample.loop_lag_p99_ms)],
      [{ quantile: '1' }, inSeconds(sample.loop_lag_max_ms)],
    ],
  ],
  ['process_resident_memory_bytes', 'Resident memory of the server.', (sample) => [[{}, sample.rss_bytes]]],
  ['chl_streams', 'Open live streams.', (sample) => [[{}, sample.streams]]],
  [
    'chl_database_bytes',
    'Size of the database files.',
    (sample) => [
      [{ database: 'library', file: 'main' }, sample.library_bytes],
      [{ database: 'library', file: 'wal' }, sample.library_wal_bytes],
      [{ database: 'ops', file: 'main' }, sample.ops_bytes],
      [{ database: 'ops', file: 'wal' }, sample.ops_wal_bytes],
    ],
  ],
  [
    'chl_disk_free_bytes',
    'Free room on the disk of the data folder.',
    (sample) => [[{}, sample.disk_free_bytes]],
  ],
];

function addGauge(registry: Registry, telemetry: Telemetry, name: string, help: string, read: Read) {
  const nothing = {} as Sample;
  const labelNames = Object.keys(read(nothing)[0]?.[0] ?? {});
  new Gauge({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      this.reset();
      // Without labels, reset() leaves a zero that was never measured.
      if (labelNames.length === 0) this.remove();
      const sample = telemetry.latest();
      for (const [labels, value] of sample ? read(sample) : []) if (value !== null) this.set(labels, value);
    },
  });
}

function inSeconds(ms: number | null): number | null {
  return ms === null ? null : ms / 1000;
}
