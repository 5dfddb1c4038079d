// What has just been committed, for whoever shows or continues it. Emitted after the commit, never before.
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

export type BusEvents = {
  /** A job was enqueued, moved, or has new progress. */
  job: [JobEvent];
  /** A running job is to be ended by the runner. */
  'cancel-requested': [JobEvent];
  /** A running job's log has grown. */
  log: [JobEvent];
  /** A running job has told more of its result rows. */
  rows: [JobEvent];
  /** The library's text, categories or embeddings may have changed. */
  library: [];
  /** Which operations there are, or what is wrong with the operator's own, may have changed. */
  operations: [];
  /** A worker, its state or its work, a drain, or what the operator wants of them has changed. */
  workers: [];
  /** The index or the truth about it has changed. */
  index: [];
  /** A telemetry sample was taken. */
  sample: [];
};

export type Bus = EventEmitter<BusEvents>;

export function createBus(): Bus {
  const bus: Bus = new EventEmitter();
  bus.setMaxListeners(0);
  return bus;
}
