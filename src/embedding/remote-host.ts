// A remote worker: takes jobs from the queue and embeds their texts. It needs the queue and an embedder, and knows no library.
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import { createLoop } from '../core/loop.ts';
import { EmbeddingOutage } from './embedder.ts';
import type { HttpOptions } from './http.ts';
import { labelOf, toQueueOutage } from './queue-address.ts';
import { connectOnce, createLastingConnection, refuseEviction } from './queue-connection.ts';
import { loadQueuePackages, type QueuePackages, type Redis } from './queue-packages.ts';
import { createAnswering } from './remote-answer.ts';
import { type EmbeddingJob, hostKey, hostKeyMs, keyPrefix, queueName } from './remote-protocol.ts';

type HostTimes = typeof hostTimes;

export const hostTimes = {
  /** At the start: so many tries, and the wait between two. Later it tries for good. */
  startTries: 5,
  startWaitMs: 1000,
  /** How long the current job may take after a stop request; then it is given up, which its client notices. */
  quitMs: 10_000,
  beatMs: 2000,
  /** A job whose worker did not extend it for so long has stalled. */
  lockMs: 30_000,
};

type Given = {
  config: Pick<Config, 'embedding' | 'embeddingQueue'>;
  times: HostTimes;
  /** The time limits of a service; its defaults without them. */
  options?: HttpOptions;
  /** Writes a line to the log of the process. */
  report: (line: string) => void;
  /** Aborted by a request to stop. */
  stopping: AbortSignal;
};

/** Works until it is stopped. Throws `config` without a queue or its packages, and `EmbeddingOutage` when the queue cannot be
 *  used at the start. */
export async function runRemoteHost({ config, times, options, report, stopping }: Given): Promise<void> {
  const { embedding, embeddingQueue: address } = config;
  if (address === null) {
    const message =
      'CHL_EMBEDDING_QUEUE is not set. Set it to the address of the queue, as on the server, e.g. rediss://:password@host:6380.';
    throw new AppError('config', message);
  }
  const packages = await loadQueuePackages();
  await tryToReach(packages, address, times, stopping);
  if (stopping.aborted) return;
  const answering = await createAnswering({ embedding }, options);
  const { facts, label } = answering;
  report(`${facts.name} embeds with ${label} for ${labelOf(address)}. Ctrl+C stops it.`);
  await work({ address, packages, answering, times, report, stopping });
  report(`${facts.name} ended: ${plural(facts.texts, 'text')} embedded in ${plural(facts.jobs, 'job')}.`);
}

/** Throws the last outage after so many tries. */
async function tryToReach(packages: QueuePackages, address: string, times: HostTimes, stopping: AbortSignal) {
  for (let tries = 1; !stopping.aborted; tries++) {
    try {
      return (await connectOnce(packages, address, () => {})).disconnect();
    } catch (error) {
      if (tries >= times.startTries) throw error;
      await delay(times.startWaitMs, undefined, { signal: stopping }).catch(() => {});
    }
  }
}

type Host = Omit<Given, 'config' | 'options'> & {
  address: string;
  packages: QueuePackages;
  answering: Awaited<ReturnType<typeof createAnswering>>;
};

async function work(host: Host) {
  const { address, packages, answering, times, stopping } = host;
  const { facts } = answering;
  const redis = createLastingConnection(packages, address);
  reportChanges(host, redis);
  await redis.connect().catch(() => {});
  const beats = createLoop({
    everyMs: times.beatMs,
    runOnce: async () => void (await redis.set(hostKey(facts.name), JSON.stringify(facts), 'PX', hostKeyMs)),
    // The connection reports it.
    onError() {},
  });
  void beats.start();
  const worker = new packages.Worker<EmbeddingJob>(
    queueName,
    // The answer takes the place of the texts: BullMQ would keep a returned value in the queue's stream of events, too.
    async (job) => job.updateData(await answering.answer(job.data)),
    {
      connection: redis,
      prefix: keyPrefix,
      name: facts.name,
      concurrency: 1,
      maxStalledCount: 0,
      lockDuration: times.lockMs,
      stalledInterval: times.lockMs / 2,
      runRetryDelay: 1000,
    },
  );
  worker.on('error', () => {});
  await untilAborted(stopping);
  await Promise.race([worker.close(), delay(times.quitMs, undefined, { ref: false })]);
  redis.disconnect();
  await beats.stop();
}

/** Reports each loss and return of the connection once, and a queue that may drop jobs. */
function reportChanges({ address, report, stopping }: Host, redis: Redis) {
  let isUp = true;
  let failure: Error = new Error('closed');
  redis.on('error', (error) => {
    failure = error;
  });
  redis.on('close', () => {
    if (!isUp || stopping.aborted) return;
    isUp = false;
    report(`Waits for the queue. ${toQueueOutage(failure, address).message}`);
  });
  redis.on('ready', () => {
    if (!isUp) report(`The queue at ${labelOf(address)} answers again.`);
    isUp = true;
    refuseEviction(redis, address).catch((error: unknown) => {
      if (error instanceof EmbeddingOutage) report(error.message);
    });
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
