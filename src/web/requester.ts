// Names the requester: a token, with the X-Actor header in brackets; without tokens the X-Actor header for programs, and the
// user of this machine for pages. A sender without a valid token is nobody.
import type { FastifyRequest } from 'fastify';
import type { Requester } from '../core/audit.ts';
import { actorNamed, nobodyActor } from '../core/own-actors.ts';
import { userName } from '../core/user.ts';

/** Gives the requester for audit rows, with the role it acts in and the address of its machine. */
export function requester(request: FastifyRequest): Requester {
  const { identity, ip, id, reason, override } = request;
  const role = identity?.role ?? 'viewer';
  return { actor: actorOf(request), role, peer: ip, requestId: id, reason, override };
}

function actorOf({ url, headers, identity }: FastifyRequest): string {
  const given = headers['x-actor'];
  const named = url.startsWith('/api/') && typeof given === 'string' ? given.trim().slice(0, 80) : '';
  if (identity === undefined || identity?.by === 'open')
    return actorNamed(named || identity?.name || userName);
  const { name } = identity ?? { name: nobodyActor };
  return named ? `${name} (${named})` : name;
}
