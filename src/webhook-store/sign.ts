// Signatures of Standard Webhooks: HMAC-SHA256 of id, time and body.
import { createHmac } from 'node:crypto';
import { keyOf } from './secret.ts';

/** `timestamp`: seconds since 1970. `body`: as it is sent. */
export type Signed = { id: string; timestamp: number; body: string };

/** The header `webhook-signature`, with a signature for each secret: `v1,… v1,…`. */
export function sign({ id, timestamp, body }: Signed, secrets: readonly string[]): string {
  const signatures = secrets.map((secret) =>
    createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.${body}`).digest('base64'),
  );
  return signatures.map((signature) => `v1,${signature}`).join(' ');
}
