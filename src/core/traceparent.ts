// The W3C header `traceparent`, with which traces of several programs are joined: https://www.w3.org/TR/trace-context/.
import { randomBytes } from 'node:crypto';

/** `parentId`: the part of the trace that asked this server, as its sender names it; null when the trace began here. `spanId`:
 *  this server's part, the parent of whatever it asks of others. */
export type TraceContext = { traceId: string; parentId: string | null; spanId: string; isSampled: boolean };

/** Begins a trace that is not recorded here. */
export function newTraceparent(): string {
  const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
  return formatTraceparent({ traceId, spanId, isSampled: false });
}

/** A later version may have more fields behind the flags. */
const pattern =
  /^(?<version>[\da-f]{2})-(?<traceId>[\da-f]{32})-(?<parentId>[\da-f]{16})-(?<flags>[\da-f]{2})(?<more>-.*)?$/;

/** Null for a header that is not valid, which is ignored. */
export function readTraceparent(header: string) {
  const { version, traceId = '', parentId = '', flags = '', more } = pattern.exec(header)?.groups ?? {};
  const isUsable = version !== undefined && version !== 'ff' && !(version === '00' && more !== undefined);
  if (!isUsable || /^0+$/.test(traceId) || /^0+$/.test(parentId)) return null;
  return { traceId, parentId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

export function formatTraceparent({ traceId, spanId, isSampled }: Omit<TraceContext, 'parentId'>): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}
