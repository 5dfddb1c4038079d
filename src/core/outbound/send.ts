// Sends one request to a service on the network: directly, or through the proxy of the environment.
import { proxyFor } from '../network.ts';
import { fetchThrough, type Init } from './proxy.ts';

/** Follows no redirects. `network`: the variables of proxies. Throws `BadReply`, `TypeError` with the cause, and the reason
 *  of the signal. */
export async function send(address: string, init: Init, network: Record<string, string>): Promise<Response> {
  const proxy = proxyFor(address, network);
  return proxy ? fetchThrough(proxy, address, init) : fetch(address, { ...init, redirect: 'manual' });
}

/** Reads seconds or a date (RFC 9110, section 10.2.3); returns milliseconds, 0 without either. */
export function readRetryAfter(headers: Headers, now = Date.now()): number {
  const header = headers.get('retry-after');
  if (!header) return 0;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? 0 : Math.max(0, ms);
}
