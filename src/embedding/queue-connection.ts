// Connections to Redis that are checked before they are used.
import { placeOf, queueOutage, toQueueOutage } from './queue-address.ts';
import type { QueuePackages, Redis } from './queue-packages.ts';

const connectMs = 5000;
/** A command that takes longer meets a Redis that hangs. */
const commandMs = 5000;
/** A remote worker connects anew after 100 ms, and after 5 s at most. */
const reconnectMs = { min: 100, max: 5000 };

type Connect = Pick<QueuePackages, 'Redis'>;

/** One that ends with its first error, and keeps no process alive. Throws `EmbeddingOutage`, also for a Redis that may drop
 *  jobs. `onEnd` runs once, with the outage. */
export async function connectOnce(
  { Redis }: Connect,
  address: string,
  onEnd: (outage: Error) => void,
): Promise<Redis> {
  let failure: Error = new Error('closed');
  const redis = new Redis({
    ...placeOf(address),
    lazyConnect: true,
    connectTimeout: connectMs,
    commandTimeout: commandMs,
    enableOfflineQueue: false,
    maxRetriesPerRequest: null,
    retryStrategy: () => null,
  });
  redis.on('error', (error) => {
    failure = error;
  });
  try {
    await redis.connect();
    redis.stream?.unref();
    await refuseEviction(redis, address);
  } catch (error) {
    redis.disconnect();
    throw toQueueOutage(isTelling(failure) ? failure : error, address);
  }
  redis.on('close', () => onEnd(toQueueOutage(failure, address)));
  return redis;
}

/** One that connects anew for good. The caller connects it for the first time. */
export function createLastingConnection({ Redis }: Connect, address: string): Redis {
  return new Redis({
    ...placeOf(address),
    lazyConnect: true,
    connectTimeout: connectMs,
    maxRetriesPerRequest: null,
    retryStrategy: (tries) => Math.min(reconnectMs.max, reconnectMs.min * 2 ** Math.min(tries, 10)),
  });
}

/** Throws `EmbeddingOutage` when Redis may remove keys to free memory: jobs would be lost without a trace. */
export async function refuseEviction(redis: Redis, address: string) {
  const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
  if (policy === 'noeviction') return;
  throw queueOutage(
    address,
    `its maxmemory-policy is ${policy ?? 'not known'}, so it may drop jobs`,
    `Set it there: redis-cli CONFIG SET maxmemory-policy noeviction, and the same line in redis.conf.`,
  );
}

const isTelling = ({ message }: Error) => message !== 'closed';
