// Ends answers that go on, such as a followed log, when their token or session does.
import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '../core/identity.ts';
import type { Kernel } from '../core/kernel.ts';
import { credentialsOf, identityOf } from './identify.ts';

/** How soon a change by another process is noticed. */
const everyMs = 5000;

/** Calls `onRefused` when the sender of the request has lost its role. Returns a function that stops watching. */
export function watchAccess(
  request: FastifyRequest,
  { authenticate, bus, log }: Pick<Kernel, 'bus' | 'log'> & { authenticate: Pick<Authenticate, 'roleOf'> },
  onRefused: () => void,
): () => void {
  const credentials = credentialsOf(request);
  const { role } = identityOf(request);
  const look = () => {
    try {
      if (authenticate.roleOf(credentials) !== role) onRefused();
    } catch (error) {
      log.error({ err: error }, 'the token of an open answer could not be checked');
    }
  };
  const timer = setInterval(look, everyMs);
  bus.on('access', look);
  return () => {
    clearInterval(timer);
    bus.off('access', look);
  };
}
