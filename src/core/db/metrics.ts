// The metrics of a sample, which are columns of both sample tables: a new one needs a line here and a migration.

/** level: average, minimum and maximum are kept; count: the sum; state: the last value. */
type Fold = 'level' | 'count' | 'state';
type Metric = { fold: Fold; unit: string; about: string };
export type MetricName = keyof typeof metrics;

/** An unknown value is null. */
export type Readings = Record<MetricName, number | null>;

/** `at` in seconds since 1970. */
export type Sample = Readings & { at: number };

const metricOf =
  (fold: Fold) =>
  (unit: string, about: string): Metric => ({ fold, unit, about });
const [level, count, state] = [metricOf('level'), metricOf('count'), metricOf('state')];

export const metrics = {
  queue_pending: level('entries', 'Entries without a current embedding.'),
  queue_pending_experiences: level('entries', 'Experiences without a current embedding.'),
  queue_pending_manuals: level('entries', 'Manuals without a current embedding.'),
  queue_failed: level('entries', 'Entries whose embedding failed.'),
  queue_failed_experiences: level('entries', 'Experiences whose embedding failed.'),
  queue_failed_manuals: level('entries', 'Manuals whose embedding failed.'),
  embedding_rate: level('entries a minute', 'Entries embedded per minute, over the last minute.'),
  embedding_failures: count('entries', 'Attempts to embed an entry that failed.'),
  workers_idle: level('workers', 'Workers that wait for entries.'),
  workers_working: level('workers', 'Workers that embed.'),
  workers_paused: level('workers', 'Workers that are paused.'),
  workers_draining: level('workers', 'Workers that empty the queue before they pause.'),
  workers_stalled: level('workers', 'Busy workers that complete nothing.'),
  workers_lost: level('workers', 'Workers without a recent heartbeat.'),
  index_vectors: state('vectors', 'Vectors in the index.'),
  index_fresh: state('entries', 'Entries with a current vector in the index.'),
  index_stale: state('entries', 'Entries with an outdated vector in the index.'),
  index_missing: state('entries', 'Entries without a vector in the index.'),
  index_failed: state('entries', 'Entries that could not be embedded.'),
  index_orphans: state('vectors', 'Vectors whose entry was deleted.'),
  jobs_running: level('jobs', 'Running jobs.'),
  jobs_queued: level('jobs', 'Jobs waiting to run or to be retried.'),
  jobs_succeeded: count('jobs', 'Jobs that succeeded.'),
  jobs_failed: count('jobs', 'Jobs that failed.'),
  jobs_cancelled: count('jobs', 'Jobs that were cancelled.'),
  rss_bytes: level('bytes', 'Resident memory of the server.'),
  cpu_percent: level('percent of a core', 'CPU time of the server.'),
  loop_lag_p50_ms: level('ms', 'Event loop lag, median.'),
  loop_lag_p99_ms: level('ms', 'Event loop lag, 99th percentile.'),
  loop_lag_max_ms: level('ms', 'Event loop lag, maximum.'),
  requests: count('requests', 'Answered requests, without those that the server sends to itself.'),
  cache_hits: count('reads', 'Reads that a cache has answered.'),
  cache_misses: count('reads', 'Reads that no cache has answered.'),
  embedded_experiences: count('entries', 'Experiences that were embedded.'),
  embedded_manuals: count('entries', 'Manuals that were embedded.'),
  streams: level('streams', 'Open live streams.'),
  library_bytes: state('bytes', 'Size of chl.db.'),
  library_wal_bytes: level('bytes', 'Size of the write-ahead log of chl.db.'),
  ops_bytes: state('bytes', 'Size of ops.db.'),
  ops_wal_bytes: level('bytes', 'Size of the write-ahead log of ops.db.'),
  disk_free_bytes: state('bytes', 'Free room on the disk of the data folder.'),
};

export const metricNames = Object.keys(metrics) as MetricName[];
