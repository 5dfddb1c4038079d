// /livez: that the server answers. /health is the feature `checks`.
import type { FastifyInstance } from 'fastify';
import { objectAnswer } from '../core/schemas.ts';

const alive = { ...objectAnswer, summary: 'Answers while the server can answer.' };

export function registerAlive(app: FastifyInstance) {
  app.get('/livez', { config: { reads: 'anyone' }, schema: alive }, async () => ({ status: 'alive' }));
}
