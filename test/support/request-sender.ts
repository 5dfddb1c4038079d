// Sends the requests of action-requests.ts.
import type { startIndexed } from './uploads.ts';
import type { createWorkerRows } from './worker-rows.ts';

export type Sender = Awaited<ReturnType<typeof startIndexed>> & {
  rows: ReturnType<typeof createWorkerRows>;
  /** The headers of all later requests. */
  headers: Record<string, string>;
};

export type Answer = { status: number };

export type Requests = Record<string, (app: Sender) => Promise<Answer>>;

export const confirmed = { reason: 'a test needs it', confirm: 'open' };

export function post(app: Sender, address: string, body?: object) {
  return send(app, 'POST', address, body);
}

export function send({ origin, headers }: Sender, method: string, address: string, body?: object) {
  const type = body ? { 'content-type': 'application/json' } : {};
  const init = body ? { body: JSON.stringify(body) } : {};
  return fetch(origin + address, { method, ...init, headers: { ...headers, ...type } });
}

/** A form of a page. */
export function submit({ submit, headers }: Sender, address: string, fields: Record<string, string> = {}) {
  return submit(address, fields, headers);
}
