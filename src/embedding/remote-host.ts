// A remote worker: takes jobs from the queue and embeds their texts. It needs the queue and an embedder, and knows no library.
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Config, version } from '../core/config.ts';
import { AppError } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import { createLoop } from '../core/loop.ts';
import { chooseEmbedder, openOnFirstUse } from './choose.ts';
import { type Embedder, EmbeddingOutage } from './embedder.ts';
import { labelOf, toQueueOutage } from './queue-address.ts';
import { connectOnce, createLastingConnection, refuseEviction } from './queue-connection.ts';
import { loadQueuePackages, type QueuePackages, type Redis } from './queue-packages.ts';
import { type Answering, createAnswering } from './remote-answer.ts';
import {
  type EmbeddingJob,
  type HostFacts,
  hostKey,
  keyMs,
  keyPrefix,
  queueName,
} from './remote-protocol.ts';

type HostTimes = typeof hostTimes;

export const hostTimes = {
  /** At the start: so many tries, and the wait between two. Later it tries for good. */
  startTries: 5,
  startWaitMs: 1000,
  /** How long the current job may take after a stop request; then it is returned. */
  quitMs: 10_000,
  /** How long its return may take. */
  leaveMs: 2000,
  beatMs: 2000,
  /** A job whose worker did not extend it for so long has stalled. */
  lockMs: 30_000,
};

type Given = {
  config: Pick<Config, 'embedding' | 'embeddingQueue'>;
  times: HostTimes;
  /** Writes a line to the log of the process. */
  report: (line: string) => void;
  /** Aborted by a request to stop. */
  stopping: AbortSignal;
};

/** Works until it is stopped. Throws `config` without a queue or its packages, and `EmbeddingOutage` when the queue cannot be
 *  used at the start. */
export async function runRemoteHost({ config, times, report, stopping }: Given): Promise<void> {
  const { embedding, embeddingQueue: address } = config;
  if (address === null) {
    const message =
      'CHL_EMBEDDING_QUEUE is not set. Set it to the address of the queue, as on the server, e.g. rediss://:password@host:6380.';
    throw new AppError('config', message);
  }
  const packages = await loadQueuePackages();
  await tryToReach(packages, address, times, stopping);
  if (stopping.aborted) return;
  const answering = createAnswering();
  const model = await chooseEmbedder({ embedding, embeddingQueue: null }, answering.countUsage);
  const facts = introduce(model.name);
  report(`${facts.name} embeds with ${model.label} for ${labelOf(address)}. Ctrl+C stops it.`);
  const embedder = openOnFirstUse(model, async () => {});
  await work({ address, packages, facts, embedder, answering, times, report, stopping });
  report(`${facts.name} ended: ${plural(facts.texts, 'text')} embedded in ${plural(facts.jobs, 'job')}.`);
}

/** Two remote workers may run on one host. */
function introduce(model: string): HostFacts {
  const host = os.hostname();
  const name = `${host.replace(/[^\w.-]/g, '-')}-${randomUUID().slice(0, 4)}`;
  return { name, host, version, model, since: new Date().toISOString(), jobs: 0, texts: 0 };
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

type Host = Omit<Given, 'config'> & {
  address: string;
  packages: QueuePackages;
  facts: HostFacts;
  embedder: Embedder;
  answering: Answering;
};

async function work(host: Host) {
  const { address, packages, facts, embedder, answering, times, stopping } = host;
  const redis = createLastingConnection(packages, address);
  reportChanges(host, redis);
  await redis.connect().catch(() => {});
  const beats = createLoop({
    everyMs: times.beatMs,
    runOnce: async () => void (await redis.set(hostKey(facts.name), JSON.stringify(facts), 'PX', keyMs.host)),
    // The connection reports it.
    onError() {},
  });
  void beats.start();
  const worker = new packages.Worker<EmbeddingJob>(
    queueName,
    (job) => answering.answer({ redis, embedder, facts }, job),
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
  const limit = setTimeout(answering.giveUp, times.quitMs);
  // While Redis is down, nothing can be returned: the queue ends the job.
  const closed = worker.close().catch(() => {});
  await Promise.race([closed, delay(times.quitMs + times.leaveMs, undefined, { ref: false })]);
  clearTimeout(limit);
  void beats.stop();
  const left = redis.del(hostKey(facts.name)).catch(() => {});
  await Promise.race([left, delay(times.leaveMs)]);
  redis.disconnect();
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
