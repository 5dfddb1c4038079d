// The console's side of the queue: adds jobs, waits for their answers, and lists the remote workers.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../core/format.ts';
import { queueOutage, toQueueOutage } from './queue-address.ts';
import { connectOnce } from './queue-connection.ts';
import { type BullQueue, loadQueuePackages, type Redis } from './queue-packages.ts';
import { createInbox, LostJob } from './remote-inbox.ts';
import {
  type Answer,
  type EmbeddingJob,
  type HostFacts,
  hostKey,
  keyPrefix,
  queueName,
  readHost,
} from './remote-protocol.ts';

/** Texts of a client that ended without removing its jobs stay no longer than this. */
const abandonedMs = 600_000;
const hostPollMs = 250;

export type RemoteJobs = Awaited<ReturnType<typeof openRemoteJobs>>;

/** Connects to the queue, and refuses one that cannot be used. Throws `EmbeddingOutage`, and `config` without the packages. */
export async function openRemoteJobs(address: string) {
  const { id, queue, inbox, hosts, signal, end } = await connect(address);
  await queue.clean(abandonedMs, 1000, 'wait').catch(end);

  return {
    isOpen: () => !signal.aborted,

    /** The remote workers that are there now. Throws `EmbeddingOutage`. */
    hosts: () => hosts().catch((error) => Promise.reject(toQueueOutage(error, address))),

    /** The remote workers, after a wait of `maxMs` for the first one. Throws `EmbeddingOutage`. */
    async someHosts(maxMs: number): Promise<HostFacts[]> {
      const deadline = performance.now() + maxMs;
      for (;;) {
        const found = await this.hosts();
        if (found.length > 0) return found;
        if (performance.now() >= deadline)
          throw queueOutage(
            address,
            'no remote worker is connected',
            'Start one on another machine: npm run worker -- --remote',
          );
        await delay(hostPollMs);
      }
    },

    /** Returns the answer of a remote worker. `isFirst`: before the jobs that wait. Throws `EmbeddingOutage`. */
    async ask(job: Omit<EmbeddingJob, 'inbox'>, timeoutMs: number, isFirst: boolean): Promise<Answer> {
      const jobId = randomUUID();
      // The answer may come before the queue has confirmed the job.
      const answer = inbox.answerTo(jobId);
      answer.catch(() => {});
      try {
        await inbox.announce();
        await queue.add('embed', { inbox: id, ...job }, { ...jobOptions, jobId, lifo: isFirst });
        return await withLimit(answer, timeoutMs);
      } catch (error) {
        inbox.forget(jobId);
        // An active job is locked; its worker ends it.
        if (!signal.aborted) await queue.remove(jobId).catch(() => {});
        if (error instanceof LostJob)
          throw queueOutage(address, error.message, 'Its entries are tried again.');
        throw signal.aborted ? (signal.reason as Error) : toQueueOutage(error, address);
      }
    },

    close() {
      end(new Error('closed'));
    },
  };
}

/** `signal` is aborted with the outage that ends the connections. */
async function connect(address: string) {
  const packages = await loadQueuePackages();
  const ending = new AbortController();
  const end = (error: unknown) => ending.abort(toQueueOutage(error, address));
  const redis = await connectOnce(packages, address, end);
  // Reads of the inbox block their connection.
  const reader = await connectOnce(packages, address, end);
  const queue: BullQueue<EmbeddingJob> = new packages.Queue(queueName, {
    connection: redis,
    prefix: keyPrefix,
  });
  queue.on('error', () => {});
  const id = randomUUID();
  const hosts = () => listHosts(redis, queue);
  const hostNames = async () => new Set((await hosts()).map(({ name }) => name));
  const inbox = createInbox({ inbox: id, redis, reader, queue, hostNames, onError: end });
  const { signal } = ending;
  const disconnect = () => {
    inbox.end(signal.reason as Error);
    for (const one of [redis, reader]) one.disconnect();
  };
  if (signal.aborted) disconnect();
  signal.addEventListener('abort', disconnect);
  return { id, queue, inbox, hosts, signal, end };
}

/** A failed job is not repeated by the queue: its entries go back to the library's own. */
const jobOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };

async function listHosts(redis: Redis, queue: BullQueue<EmbeddingJob>): Promise<HostFacts[]> {
  const clients = await queue.getWorkers();
  const names = clients.map(({ rawname = '' }) => nameOfClient(rawname)).sort();
  if (names.length === 0) return [];
  const facts = await redis.mget(names.map(hostKey));
  return facts.map(readHost).filter((one) => one !== null);
}

/** BullMQ names the connection of a worker `chl:<queue>:w:<name>`. */
const nameOfClient = (client: string) => client.replace(/^.*?:w:/, '');

async function withLimit<T>(work: Promise<T>, maxMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const words = `no remote worker answered within ${formatDuration(maxMs / 1000)}`;
    timer = setTimeout(() => reject(new LostJob(words)), maxMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
