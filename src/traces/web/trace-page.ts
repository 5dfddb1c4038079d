// The page of one request that was kept, and of one job: where its time went.
import type { FastifyInstance } from 'fastify';
import type { Page } from '../../web/feature.ts';
import type { TraceContext } from '../parts.ts';
import type { ReadTrace } from '../read-trace.ts';
import { slowPart } from './describe-parts.ts';
import { viewRoute } from './route-view.ts';
import { viewJob, viewRequest } from './trace-view.ts';

export const tracePage: Page = {
  path: '/requests/:id',
  api: '/api/v1/requests/:id',
  cards: [],
  examples: ['/requests/job-1', '/requests/job-3'],
};

const othersShown = 8;

export function registerTracePage(app: FastifyInstance, ctx: TraceContext) {
  app.get<{ Params: { id: string } }>(
    tracePage.path,
    { config: { isPage: true } },
    async (request, reply) => {
      const trace = await ctx.traceReader.read(request.params.id);
      const section = '/activity';
      if (trace.phases !== null) {
        const title = `Trace of job #${trace.job}`;
        return reply.sendPage({
          template: 'traces/job-page',
          title,
          section,
          data: { trace: viewJob(trace, ctx.catalogue.find(trace.route)?.title ?? trace.route) },
        });
      }
      const data = { trace: await readRequest(ctx, trace) };
      return reply.sendPage({ template: 'traces/request-page', title: `Request ${trace.id}`, section, data });
    },
  );
}

async function readRequest({ logStore, requestFigures, traceReader }: TraceContext, trace: ReadTrace) {
  const slow = slowPart(trace);
  const query = { only: 'all', route: trace.route, method: trace.method ?? undefined } as const;
  const [listed, counts, figures] = await Promise.all([
    logStore.ask('traces', { ...query, limit: othersShown + 1 }),
    slow ? traceReader.countsOf(slow) : null,
    requestFigures.ofRoute(trace.method ?? '', trace.route),
  ]);
  const others = listed.filter(({ id }) => id !== trace.id).slice(0, othersShown);
  return { ...viewRequest(trace, others, counts), route24h: figures && viewRoute(figures, trace.ms) };
}
