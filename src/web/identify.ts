// Finds out who sends a request and whether their role allows it, before the body is read.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticate, Credentials, Identity } from '../core/identity.ts';
import type { HoldBack } from '../core/hold-back.ts';
import { assertRole } from '../core/role.ts';
import { isSelfCheck } from '../core/self-check.ts';
import type { LeastRole } from './action.ts';
import { unknownAddress } from './errors.ts';
import { readCookie } from './flash.ts';
import { readOverride } from './override.ts';
import { isSafe } from './request-audit.ts';
import { requester } from './requester.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null for a request without credentials to a route that needs none, and for one that the guard has refused while a
     *  token is required; undefined for one that it has refused before. */
    identity: Identity | null | undefined;
  }
  interface FastifyReply {
    /** Merged into the data of every template. */
    locals?: { role: string };
  }
}

/** Refuses a request before its body is read. Must run after the guard, and after cookies are parsed. The whole order of
 *  refusals, of which the route and the domain do what follows the body:
 *
 *  1. gate: 403 `host_not_allowed`, `cross_origin`
 *  2. identity: 401
 *  3. address: 404, 405
 *  4. role: 403 `forbidden`, before the body is read
 *  5. read-only maintenance: 503 `maintenance`, before the body is read
 *  6. body: 400, 413, 415
 *  7. arguments: 422; a record that the address names: 404, 410
 *  8. danger of these arguments: 403 `forbidden`
 *  9. confirmation: 422 `confirmation_required`
 *  10. plan: 409 `plan_outdated`
 *  11. maintenance that holds the locks: 503 `maintenance`
 *  12. what the environment sets, locks, states: 409; no workers, stopping: 503 */
export function registerIdentify(app: FastifyInstance, authenticate: Authenticate, holdBack: HoldBack) {
  app.decorateRequest('identity', undefined);
  app.decorateRequest('override', null);
  // Else the view plugin empties it in a hook of its own, after this one.
  app.decorateReply('locals');
  app.addHook('onRequest', async (request, reply) => {
    const least = leastRoleOf(request);
    request.identity = null;
    // The server has no token to send to itself, and a 401 does not show whether the address acts.
    if (request.is404 && isSelfCheck(request.headers)) throw unknownAddress(request, reply);
    request.identity = identifyOrNull(authenticate, request, least);
    const role = request.identity?.role ?? 'viewer';
    reply.locals = { role };
    if (request.is404) throw unknownAddress(request, reply);
    if (least !== 'anyone') assertRole(role, least);
    const { action } = request.routeOptions.config;
    if (isSafe(request) || !action) return;
    request.override = readOverride(request);
    await holdBack.assertPossible(action, requester(request));
  });
}

/** The identity of the sender of a request; throws for a request without one. */
export function identityOf({ identity }: FastifyRequest): Identity {
  if (identity) return identity;
  throw new Error('This route needs no token, so it has no identity.');
}

/** The name of the session's cookie. Cookies ignore ports, so the name contains it. */
export function sessionCookie(request: FastifyRequest): string {
  return `chl_session_${request.socket.localPort}`;
}

/** An unknown address is refused after the identity. */
function leastRoleOf(request: FastifyRequest): LeastRole {
  const { action, reads = 'viewer' } = request.routeOptions.config;
  if (isSafe(request) || request.is404) return reads;
  if (action) return action.role;
  throw new Error('declared-actions.ts requires an action of every route that changes something.');
}

/** A route for anyone also answers to a token that is not valid any more, and while the tokens cannot be read. */
function identifyOrNull(
  authenticate: Authenticate,
  request: FastifyRequest,
  least: LeastRole,
): Identity | null {
  try {
    return authenticate.identify(credentialsOf(request));
  } catch (error) {
    if (least === 'anyone') return null;
    throw error;
  }
}

/** The credentials in the headers of a request. */
export function credentialsOf(request: FastifyRequest): Credentials {
  const [, bearer = null] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return { bearer, session: readCookie(request, sessionCookie(request)) ?? null, peer: request.ip };
}
