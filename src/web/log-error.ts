// Logs an error of a request with the pattern of its route, by which errors are grouped.
import type { FastifyRequest } from 'fastify';
import { routeOf } from './answered.ts';

export function logError(request: FastifyRequest, error: unknown, what: string, facts: object = {}) {
  request.log.error({ err: error, route: routeOf(request), ...facts }, what);
}
