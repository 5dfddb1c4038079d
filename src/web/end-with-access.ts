// Ends answers that go on, such as a followed log, when their token or session does.
import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { Authenticate } from '../core/identity.ts';
import type { Kernel } from '../core/kernel.ts';
import { credentialsOf, identityOf } from './identify.ts';
import { logError } from './log-error.ts';

/** How soon a change by another process is noticed. */
const everyMs = 5000;

/** Closes the response when the sender of the request has lost its role. */
export function endWithAccess(
  response: ServerResponse,
  request: FastifyRequest,
  { authenticate, bus }: Pick<Kernel, 'bus'> & { authenticate: Pick<Authenticate, 'roleOf'> },
) {
  const credentials = credentialsOf(request);
  const { role } = identityOf(request);
  const look = () => {
    try {
      if (authenticate.roleOf(credentials) !== role) response.destroy();
    } catch (error) {
      logError(request, error, 'the token of an open answer could not be checked');
    }
  };
  const timer = setInterval(look, everyMs);
  bus.on('access', look);
  response.on('close', () => {
    clearInterval(timer);
    bus.off('access', look);
  });
}
