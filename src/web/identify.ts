// Finds out who sends a request and whether their role allows it, before the body is read.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../core/errors.ts';
import type { Authenticate, Credentials, Identity } from '../core/identity.ts';
import { describeLack, mayAct } from '../core/role.ts';
import type { LeastRole } from './action.ts';
import { readCookie } from './flash.ts';
import { isSafe } from './refusal-audit.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null for a request without credentials to a route that needs none. */
    identity: Identity | null;
  }
  interface FastifyReply {
    /** Merged into the data of every template. */
    locals?: { role: string };
  }
}

/** Must run after the guard, and after cookies are parsed. */
export function registerIdentify(app: FastifyInstance, authenticate: Authenticate) {
  app.decorateRequest('identity', null);
  app.addHook('onRequest', async (request, reply) => {
    const least = leastRoleOf(request);
    request.identity = identifyOrNull(authenticate, request, least);
    const role = request.identity?.role ?? 'viewer';
    reply.locals = { role };
    if (request.is404 || least === 'anyone' || mayAct(role, least)) return;
    throw new AppError('forbidden', describeLack(role, least), { role, needs: least });
  });
}

/** Who sends the request; throws for one without an identity. */
export function identityOf({ identity }: FastifyRequest): Identity {
  if (identity) return identity;
  throw new Error('This route needs no token, so it has no identity.');
}

/** The name of the session's cookie. Cookies ignore ports, so the name contains it. */
export function sessionCookie(request: FastifyRequest): string {
  return `chl_session_${request.socket.localPort}`;
}

function leastRoleOf(request: FastifyRequest): LeastRole {
  const { action, reads } = request.routeOptions.config;
  if (!isSafe(request)) return action?.role ?? 'admin';
  return reads ?? 'viewer';
}

/** A route for anyone also answers to a token that is not valid any more. */
function identifyOrNull(
  authenticate: Authenticate,
  request: FastifyRequest,
  least: LeastRole,
): Identity | null {
  try {
    return authenticate.identify(credentialsOf(request));
  } catch (error) {
    if (least === 'anyone' && error instanceof AppError) return null;
    throw error;
  }
}

function credentialsOf(request: FastifyRequest): Credentials {
  const [, bearer = null] = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return { bearer, session: readCookie(request, sessionCookie(request)) ?? null, peer: request.ip };
}
