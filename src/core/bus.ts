// The event bus of this process. Events are emitted after the commit, never before.
import { EventEmitter } from 'node:events';

export const jobStatuses = ['queued', 'running', 'retrying', 'succeeded', 'failed', 'cancelled'] as const;
export type JobStatus = (typeof jobStatuses)[number];

export type JobEvent = {
  id: string;
  number: number;
  operation: string;
  status: JobStatus;
  request_id: string | null;
};

export type EndedJob = Pick<JobEvent, 'id' | 'number' | 'operation'>;

export type BusEvents = {
  /** A job was enqueued, changed its status, or has new progress. */
  job: [JobEvent];
  /** Ended jobs were removed from the history. */
  'jobs-removed': [];
  /** The runner must end a running job. */
  'cancel-requested': [JobEvent];
  /** A running job's log has grown. */
  log: [JobEvent];
  /** A running job has reported more result rows. */
  rows: [JobEvent];
  /** The library's text, categories or embeddings may have changed. */
  library: [];
  /** The catalogue, or the problems of custom operations, may have changed. */
  operations: [];
  /** A worker, a drain, or a pause has changed. */
  workers: [];
  /** The index or its state has changed. */
  index: [];
  /** The named sheets, or what a check has found of one, have changed. */
  sources: [];
  /** A setting has changed; the file of a credential in use is one. */
  settings: [];
  /** A flag has changed. */
  flags: [];
  /** A credential or the embedder has changed, or is being changed or checked. */
  credentials: [];
  /** A token or a session was created or revoked. */
  access: [];
  /** A finding has opened, changed or cleared, or was muted. */
  findings: [];
  /** Errors were counted, or a group of them was decided on. */
  errors: [];
  /** An objective was edited, or a minute of it was counted. */
  objectives: [];
  /** An incident was opened, moved or changed, or its timeline has grown. */
  incidents: [];
  /** A document was saved, reviewed or removed. */
  documents: [];
  /** A run of a runbook was started or ended, or one of its steps has changed. */
  runs: [];
  /** A webhook was added, changed, switched or removed, or its secret was rotated. */
  webhooks: [];
  /** A delivery was queued, tried or removed. */
  deliveries: [];
  /** Costs of a day were closed or entered; usage that grows emits nothing. */
  costs: [];
  /** A schedule has changed, or a due time was decided. */
  schedules: [];
  /** A maintenance window was planned, begun, entered, extended or ended. */
  maintenance: [];
  /** A backup was made, tested, kept or removed, or its files have come or gone. */
  backups: [];
  /** A database was checked or compacted, or its tables were measured. */
  databases: [];
  /** The use of the disk was measured. */
  disk: [];
  /** Rows were added to the audit log; at most once in each turn of the event loop. */
  audit: [];
  /** Lines were added to the log that is kept. */
  lines: [];
  /** The file of the log was looked at, or is lost, or cannot be written. */
  'log-store': [];
  /** From now on all requests are traced, or no longer. */
  traces: [];
  /** A telemetry sample was taken. */
  sample: [];
};

export type Bus = EventEmitter<BusEvents>;

export function createBus(): Bus {
  const bus: Bus = new EventEmitter();
  bus.setMaxListeners(0);
  return bus;
}
