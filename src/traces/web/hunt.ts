// The forms that begin and end the tracing of all requests.
import type { FastifyInstance } from 'fastify';
import { url } from '../../core/url.ts';
import { requester } from '../../web/requester.ts';
import { clockOf } from '../../web/template-globals.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import { hunting, stopping } from '../actions.ts';
import type { TraceContext } from '../parts.ts';

/** The page of requests has their card. */
const page = '/requests';
const shown = { redirect: url(page), hosts: ['slow-requests-card'] };

export function registerHunt(app: FastifyInstance, { hunt }: TraceContext) {
  app.post<Posted>(
    '/ui/traces/hunt',
    { ...isForm, config: { action: hunting, page } },
    async (request, reply) => {
      const until = await hunt.begin(requester(request));
      const text = `Ends by itself at ${clockOf(until).slice(0, 'HH:MM'.length)}.`;
      return reply.sendAction({ notice: { tone: 'ok', title: 'All requests are traced.', text }, ...shown });
    },
  );

  app.post<Posted>(
    '/ui/traces/stop',
    { ...isForm, config: { action: stopping, page } },
    async (request, reply) => {
      await hunt.stop(requester(request));
      const text = 'From now on, only the share that the flag “traces” sets is traced.';
      return reply.sendAction({ notice: { tone: 'ok', title: 'Stopped.', text }, ...shown });
    },
  );
}
