// Reads the header by which an admin passes a maintenance window with one request. Without tokens there is no override, because
// everybody on the machine is an admin then.
import type { FastifyRequest } from 'fastify';
import { invalidArguments } from '../core/arguments.ts';
import { findReasonControl, isReasonLengthWrong, reasonMinLength } from '../core/confirmation.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The reason of an admin who passes a maintenance window. */
    override: string | null;
  }
}

const header = 'X-Maintenance-Override';
const maxLength = 200;

/** The reason in the header, decoded; null without one, or when the sender may not use it. Throws `invalid_arguments`. */
export function readOverride({ raw, identity }: FastifyRequest): string | null {
  const [given, ...others] = raw.headersDistinct[header.toLowerCase()] ?? [];
  if (given === undefined || identity?.role !== 'admin' || identity.by === 'open') return null;
  if (others.length > 0) throw refuse(`${header} was sent more than once. Send it once.`);
  const reason = decode(given)?.trim() ?? null;
  if (reason === null)
    throw refuse(`${header} is not percent-encoded. Encode its text as UTF-8, as encodeURIComponent does.`);
  const control = findReasonControl(reason);
  if (control !== null) throw refuse(`${header}: ${control}`);
  if (isReasonLengthWrong(reason, maxLength))
    throw refuse(
      `${header} needs a reason of ${reasonMinLength} to ${maxLength} characters. It is kept in the audit log.`,
    );
  return reason;
}

function refuse(message: string) {
  return invalidArguments([{ field: header, message }]);
}

/** Null for a text that is not percent-encoded; Node reads bytes beyond ASCII as Latin-1. */
function decode(text: string): string | null {
  try {
    return /^[\x20-\x7e]*$/.test(text) ? decodeURIComponent(text) : null;
  } catch {
    return null;
  }
}
