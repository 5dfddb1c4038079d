// The console's side of the queue: adds jobs, waits for their answers, and lists the remote workers. It looks at the state of a
// job instead of listening to BullMQ's events: their stream would bring each result to every process that waits, would keep
// results in the memory of Redis, and says nothing about a job that Redis has lost.
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../core/format.ts';
import { queueOutage, toQueueOutage } from './queue-address.ts';
import { connectOnce } from './queue-connection.ts';
import { type BullQueue, loadQueuePackages } from './queue-packages.ts';
import {
  type Answer,
  type EmbeddingJob,
  type HostFacts,
  hostKey,
  keyPrefix,
  queueName,
  readAnswer,
  readHost,
} from './remote-protocol.ts';

/** Texts of a client that ended without removing its jobs stay no longer than this. */
const abandonedMs = 600_000;
const hostPollMs = 250;
/** The wait between two looks at a job grows with its age. */
const look = { minMs: 2, maxMs: 250, share: 1 / 8 };
/** How often the remote worker of a job is looked up. */
const hostCheckMs = 1000;

export type RemoteJobs = Awaited<ReturnType<typeof openRemoteJobs>>;

/** Connects to the queue, and refuses one that cannot be used. Throws `EmbeddingOutage`, and `config` without the packages. */
export async function openRemoteJobs(address: string) {
  const { redis, queue, signal, end, toOutage } = await connect(address);

  return {
    isOpen: () => !signal.aborted,

    /** The remote workers that are there now. Throws `EmbeddingOutage`. */
    async hosts(): Promise<HostFacts[]> {
      try {
        const names = await listNames(queue);
        if (names.length === 0) return [];
        return (await redis.mget(names.map(hostKey))).map(readHost).filter((one) => one !== null);
      } catch (error) {
        throw toOutage(error);
      }
    },

    /** The remote workers, after a wait of `maxMs` for the first one. Throws `EmbeddingOutage`. */
    someHosts(maxMs: number): Promise<HostFacts[]> {
      return untilSome(() => this.hosts(), maxMs, address);
    },

    /** Returns the answer of a remote worker. `isFirst`: before the jobs that wait. Throws `EmbeddingOutage`. */
    async ask(job: EmbeddingJob, timeoutMs: number, isFirst: boolean): Promise<Answer> {
      const jobId = randomUUID();
      try {
        await queue.add('embed', job, { ...jobOptions, jobId, lifo: isFirst });
        return await waitForAnswer(queue, jobId, timeoutMs, signal);
      } catch (error) {
        if (error instanceof LostJob)
          throw queueOutage(address, error.message, 'Its entries are tried again.');
        throw toOutage(error);
      } finally {
        // An active job is locked; its worker ends it.
        if (!signal.aborted) await queue.remove(jobId).catch(() => {});
      }
    },

    close() {
      end(new Error('closed'));
      redis.disconnect();
    },
  };
}

async function untilSome(hosts: () => Promise<HostFacts[]>, maxMs: number, address: string) {
  const deadline = performance.now() + maxMs;
  for (;;) {
    const found = await hosts();
    if (found.length > 0) return found;
    if (performance.now() >= deadline) {
      const remedy = 'On another machine, run npm run worker -- --remote.';
      throw queueOutage(address, 'no remote worker is connected', remedy);
    }
    await delay(hostPollMs);
  }
}

/** `signal` is aborted with the outage that ends the connection. */
async function connect(address: string) {
  const packages = await loadQueuePackages();
  const ending = new AbortController();
  const { signal } = ending;
  const end = (error: unknown) => ending.abort(toQueueOutage(error, address));
  const redis = await connectOnce(packages, address, end);
  const queue: BullQueue<EmbeddingJob> = new packages.Queue(queueName, {
    connection: redis,
    prefix: keyPrefix,
  });
  queue.on('error', () => {});
  const toOutage = (error: unknown) =>
    signal.aborted ? (signal.reason as Error) : toQueueOutage(error, address);
  await queue.clean(abandonedMs, 1000, 'wait').catch((error) => {
    redis.disconnect();
    throw toOutage(error);
  });
  return { redis, queue, signal, end, toOutage };
}

/** A failed job is not repeated by the queue: its entries go back to the library's own. An answer that nobody reads is
 *  removed with the first job that ends so many seconds later. */
const jobOptions = { attempts: 1, removeOnComplete: { age: 60 }, removeOnFail: true };

/** Why there will be no answer: words that follow a colon. */
class LostJob extends Error {}

async function waitForAnswer(
  queue: BullQueue<EmbeddingJob>,
  id: string,
  maxMs: number,
  signal: AbortSignal,
): Promise<Answer> {
  const started = performance.now();
  for (let hostCheckAt = hostCheckMs; ; ) {
    const state = await queue.getJobState(id);
    const ageMs = performance.now() - started;
    if (state === 'completed') return readJob(queue, id);
    if (!['waiting', 'active'].includes(state)) throw new LostJob('a batch is no longer in the queue');
    if (ageMs > maxMs) throw new LostJob(`no remote worker answered within ${formatDuration(maxMs / 1000)}`);
    if (state === 'active' && ageMs > hostCheckAt) {
      hostCheckAt = ageMs + hostCheckMs;
      await refuseGoneHost(queue, id);
    }
    const waitMs = Math.min(Math.max(look.minMs, ageMs * look.share), look.maxMs);
    await delay(waitMs, undefined, { signal });
  }
}

async function readJob(queue: BullQueue<EmbeddingJob>, id: string): Promise<Answer> {
  const answer = readAnswer((await queue.getJob(id))?.data);
  if (answer) return answer;
  throw new LostJob('the answer to a batch cannot be read');
}

/** Throws `LostJob` if the remote worker that has taken the job is gone. */
async function refuseGoneHost(queue: BullQueue<EmbeddingJob>, id: string) {
  const by = (await queue.getJob(id))?.processedBy;
  if (by === undefined || (await listNames(queue)).includes(by)) return;
  if ((await queue.getJobState(id)) === 'active') throw new LostJob(`${by} ended in the middle of a batch`);
}

/** BullMQ names the connection of a worker `chl:<queue>:w:<name>`. */
async function listNames(queue: BullQueue<EmbeddingJob>): Promise<string[]> {
  const clients = await queue.getWorkers();
  return clients.map(({ rawname = '' }) => rawname.replace(/^.*?:w:/, '')).sort();
}
