// The setting of the queue that brings texts to other machines for embedding.
import { AppError } from '../errors.ts';
import { isLoopback } from '../host.ts';
import { secretText } from './kinds.ts';

export const queueSettings = {
  embeddingQueue: secretText({
    key: 'embedding.queue',
    variable: 'CHL_EMBEDDING_QUEUE',
    group: 'service',
    title: 'Queue of remote workers',
    text: 'An address of Redis, e.g. rediss://:password@host:6380. Remote workers then embed: texts leave this machine.',
    defaultText: 'none; only this machine embeds',
    onlyEnvironment: 'It decides where the texts of entries go, and has a password.',
    read: readQueueAddress,
  }),
};

/** The variable for the own scripts that embed. A queue that is not set is empty, so that a script reads none of its own. */
export function queueEnvironment({ embeddingQueue }: { embeddingQueue: string | null }) {
  return { CHL_EMBEDDING_QUEUE: embeddingQueue ?? '' };
}

/** Returns the address as it is. Throws `config`, and never repeats the password. */
function readQueueAddress(written: string): string {
  const fault = findQueueFault(written);
  if (fault === null) return written;
  throw new AppError('config', `CHL_EMBEDDING_QUEUE ${fault}`);
}

function findQueueFault(written: string): string | null {
  const parsed = URL.canParse(written) ? new URL(written) : null;
  const isRedis =
    parsed !== null && ['redis:', 'rediss:'].includes(parsed.protocol) && parsed.hostname !== '';
  if (!isRedis || !canDecode(parsed))
    return 'is not an address of Redis; allowed: rediss://user:password@host:port/db, or redis:// on this machine. Write special characters of the password as %XX.';
  const { protocol, hostname, password, pathname, search, hash } = parsed;
  if (!/^(\/\d{0,5})?$/.test(pathname)) return 'has a path; allowed: the number of a database, e.g. /0.';
  if (hash !== '' || !['', '?insecure'].includes(search))
    return 'has a query; allowed: none, or ?insecure. Write special characters of the password as %XX.';
  if (isLoopback(hostname)) return null;
  if (password === '')
    return `names ${hostname}, another machine, but no password. Set requirepass in redis.conf, and write rediss://:password@host:port.`;
  if (protocol === 'rediss:' || search === '?insecure') return null;
  return `would send the texts of entries to ${hostname} without encryption. Use rediss:// (TLS), or add ?insecure if the network itself encrypts, e.g. WireGuard.`;
}

function canDecode({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}
