// The page of the requests that were kept, of all routes or of one.
import type { FastifyInstance } from 'fastify';
import { objectSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { orProblem } from '../../log-store/or-problem.ts';
import type { TraceQuery } from '../../log-store/trace-repository.ts';
import type { Page } from '../../web/feature.ts';
import { formatCursor, readCursor } from '../cursor.ts';
import type { TraceContext } from '../parts.ts';
import { viewListed } from './trace-view.ts';

export const keptPage: Page = {
  path: '/requests/kept',
  api: '/api/v1/traces',
  cards: [],
  examples: ['/requests/kept', '/requests/kept?only=bad&method=GET&route=/jobs'],
};

type Asked = { only?: string; method?: string; route?: string; cursor?: string };

const shown = 50;
const querystring = objectSchema({
  only: textSchema,
  method: textSchema,
  route: textSchema,
  cursor: textSchema,
});
const choices = [
  { only: 'all', label: 'All' },
  { only: 'bad', label: 'Slow and failed' },
] as const;

export function registerKeptPage(app: FastifyInstance, { logStore }: TraceContext) {
  app.get<{ Querystring: Asked }>(
    keptPage.path,
    { config: { isPage: true }, schema: { querystring } },
    async ({ query }, reply) => {
      const { method, route } = query;
      const only = query.only === 'bad' ? 'bad' : 'all';
      const asked = { only, method: method || undefined, route: route || undefined } as const;
      const after = readCursor(query.cursor || undefined);
      const asking = logStore.ask('traces', { ...asked, after, limit: shown + 1 });
      const { read, problem } = await orProblem(asking);
      const found = read ?? [];
      const items = found.slice(0, shown);
      const last = found.length > shown ? items.at(-1) : undefined;
      return reply.sendPage({
        template: 'traces/kept-page',
        title: 'Kept requests',
        section: '/activity',
        data: {
          of: route ? `${method ?? ''} ${route}`.trim() : null,
          chips: choices.map(({ only, label }) => viewChip(asked, only, label)),
          items: items.map(viewListed),
          problem,
          older: last ? url(keptPage.path, { ...asked, cursor: formatCursor(last) }) : null,
          newest: after ? url(keptPage.path, asked) : null,
        },
      });
    },
  );
}

type Filter = Pick<TraceQuery, 'only' | 'method' | 'route'>;

function viewChip(asked: Filter, only: TraceQuery['only'], label: string) {
  const { method, route } = asked;
  return { label, href: url(keptPage.path, { only, method, route }), isCurrent: asked.only === only };
}
