// Marks the requests that the server sends to itself to see them refused. The value is random and never leaves this process,
// so nobody else can send it. A marked request gets no audit row, and learns without a token that an address is unknown; it has
// no other advantage.
import { randomBytes } from 'node:crypto';

export const selfCheckHeader = 'x-chl-self-check';
export const selfCheckValue = randomBytes(24).toString('hex');

export function isSelfCheck(headers: Record<string, string | string[] | undefined>): boolean {
  return headers[selfCheckHeader] === selfCheckValue;
}
