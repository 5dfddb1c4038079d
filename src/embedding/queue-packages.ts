// BullMQ and its driver of Redis, as far as they are used here. They are optional packages: only a process whose settings name
// a queue loads them, and the code compiles without them.
import { AppError } from '../core/errors.ts';

/** A connection to Redis. */
export type Redis = {
  readonly stream: { unref(): unknown } | undefined;
  connect(): Promise<void>;
  disconnect(): void;
  on(event: 'ready' | 'close', listener: () => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  info(section: string): Promise<string>;
  set(key: string, value: string, unit: 'PX', ms: number): Promise<unknown>;
  mget(keys: string[]): Promise<(string | null)[]>;
};

export type RedisOptions = {
  host: string;
  port: number;
  username?: string;
  password?: string;
  db: number;
  tls?: object;
  lazyConnect: boolean;
  connectTimeout: number;
  commandTimeout?: number;
  enableOfflineQueue?: boolean;
  maxRetriesPerRequest: number | null;
  /** Returns the wait before the next try; null: none. */
  retryStrategy(tries: number): number | null;
};

type QueueOptions = { connection: Redis; prefix: string };
type JobOptions = {
  jobId: string;
  lifo: boolean;
  attempts: number;
  removeOnComplete: { age: number };
  removeOnFail: boolean;
};
type Emitter = { on(event: 'error', listener: (error: Error) => void): unknown };

type Job<Data> = {
  readonly data: Data;
  readonly processedBy?: string;
  updateData(data: unknown): Promise<void>;
};

export type BullQueue<Data> = Emitter & {
  add(name: string, data: Data, options: JobOptions): Promise<Job<Data>>;
  getJob(id: string): Promise<Job<Data> | undefined>;
  getJobState(id: string): Promise<string>;
  remove(id: string): Promise<number>;
  getWorkers(): Promise<{ [fact: string]: string }[]>;
  clean(olderThanMs: number, max: number, state: 'wait'): Promise<string[]>;
};

type BullWorker = Emitter & { close(): Promise<void> };

type WorkerOptions = QueueOptions & {
  name: string;
  concurrency: number;
  maxStalledCount: number;
  lockDuration: number;
  stalledInterval: number;
  runRetryDelay: number;
};

export type QueuePackages = {
  Redis: new (options: RedisOptions) => Redis;
  Queue: new <Data>(name: string, options: QueueOptions) => BullQueue<Data>;
  Worker: new <Data>(
    name: string,
    work: (job: Job<Data>) => Promise<unknown>,
    options: WorkerOptions,
  ) => BullWorker;
};

/** `load` imports a package. Throws `config` with the command that installs a missing one. */
export async function loadQueuePackages(
  load: (name: string) => Promise<unknown> = (name) => import(name),
): Promise<QueuePackages> {
  try {
    const [bull, driver] = await Promise.all([load('bullmq'), load('ioredis')]);
    const { Queue, Worker } = bull as Pick<QueuePackages, 'Queue' | 'Worker'>;
    return { Queue, Worker, ...(driver as Pick<QueuePackages, 'Redis'>) };
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const message =
      'CHL_EMBEDDING_QUEUE is set, but the packages bullmq and ioredis are not installed. Install them with: npm ci --include=optional';
    throw new AppError('config', message, undefined, { cause });
  }
}
