// Reads the header by which an admin passes a maintenance window with one request. Without tokens there is no override, because
// everybody on the machine is an admin then.
import type { FastifyRequest } from 'fastify';
import { invalidArguments } from '../core/arguments.ts';
import { reasonMinLength } from '../core/confirmation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The reason of an admin who passes a maintenance window. */
    override: string | null;
  }
}

const header = 'X-Maintenance-Override';

/** The reason in the header, decoded; null without one, or when the sender may not use it. Throws `invalid_arguments`. */
export function readOverride({ headers, identity }: FastifyRequest): string | null {
  const given = headers[header.toLowerCase()];
  if (typeof given !== 'string' || identity?.role !== 'admin' || identity.by === 'open') return null;
  const reason = decode(given)?.trim() ?? null;
  const message =
    reason === null
      ? `${header} is not percent-encoded. Encode its text as UTF-8, as encodeURIComponent does.`
      : `${header} needs a reason of at least ${reasonMinLength} characters. It is kept in the audit log.`;
  if (reason === null || [...reason].length < reasonMinLength)
    throw invalidArguments([{ field: header, message }]);
  return reason;
}

/** Null for a text that is not percent-encoded. */
function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
