// The address of the queue: how Redis is reached, and what went wrong there, in words. The password leaves this file only in the
// options of the connection.
import { EmbeddingOutage } from './embedder.ts';
import type { RedisOptions } from './queue-packages.ts';

type Place = Pick<RedisOptions, 'host' | 'port' | 'username' | 'password' | 'db' | 'tls'>;

/** `address`: as CHL_EMBEDDING_QUEUE allows it. */
export function placeOf(address: string): Place {
  const { protocol, hostname, port, username, password, pathname } = new URL(address);
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: Number(port || 6379),
    db: Number(pathname.slice(1)),
    ...(username === '' ? {} : { username: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    ...(protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

/** The address without user and password. */
export function labelOf(address: string): string {
  const { protocol, hostname, port, pathname } = new URL(address);
  return `${protocol}//${hostname}:${port || 6379}${pathname.replace(/^\/$/, '')}`;
}

/** `words` say why, and follow a colon; `remedy` is the next step, a sentence. */
export function queueOutage(address: string, words: string, remedy: string): EmbeddingOutage {
  const message = `The remote workers at ${labelOf(address)} cannot be used: ${words}. ${remedy}`;
  return new EmbeddingOutage(message, { words });
}

const remedies = {
  start: 'Start Redis there, or correct CHL_EMBEDDING_QUEUE.',
  password: 'Correct user and password in CHL_EMBEDDING_QUEUE, then restart.',
  certificate: 'Set NODE_EXTRA_CA_CERTS to the certificate of its authority, then restart.',
  protocol: 'Check whether Redis there expects rediss:// (TLS) or redis://.',
  log: 'Read the log of Redis.',
};

/** The outage behind an error of a connection. */
export function toQueueOutage(error: unknown, address: string): EmbeddingOutage {
  if (error instanceof EmbeddingOutage) return error;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const [words, remedy] = describeFailure(code, message);
  return queueOutage(address, words, remedy);
}

function describeFailure(code: string, message: string): [words: string, remedy: string] {
  if (code === 'ECONNREFUSED') return ['nothing listens there', remedies.start];
  if (['ENOTFOUND', 'EAI_AGAIN'].includes(code)) return ['its name is not known', remedies.start];
  if (['EHOSTUNREACH', 'ENETUNREACH'].includes(code)) return ['no network leads there', remedies.start];
  if (/WRONGPASS|NOAUTH|invalid password|AUTH/i.test(message))
    return ['it refuses the password', remedies.password];
  if (/NOPERM/.test(message)) return ['its user lacks a permission', remedies.password];
  if (/CERT|SIGNATURE|ALTNAME/.test(code)) return ['its certificate is not trusted', remedies.certificate];
  if (/SSL|EPROTO/.test(code)) return ['it answers in another protocol', remedies.protocol];
  if (/OOM/.test(message)) return ['its memory is full', 'Raise maxmemory, or stop what else uses it.'];
  if (/LOADING/.test(message)) return ['it is still loading its data', 'Wait.'];
  if (/READONLY/.test(message)) return ['it is a replica', 'Set the address of the primary.'];
  if (/timed? ?out/i.test(message + code)) return ['it does not answer in time', remedies.start];
  return ['it closed the connection', remedies.log];
}
