import type { FastifyInstance } from 'fastify';
import type { OwnAddress } from '../core/kernel.ts';

/** Null while the server does not listen. */
export function listeningAddress({ server }: FastifyInstance): OwnAddress | null {
  const address = server.listening ? server.address() : null;
  return address !== null && typeof address === 'object'
    ? { host: address.address, port: address.port }
    : null;
}
