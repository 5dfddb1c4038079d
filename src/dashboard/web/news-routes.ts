// News since the last visit of this browser: a fragment, the button that marks it as seen, and the JSON twin. The page fetches
// the fragment when the card `news` changes, since each browser has a cursor of its own.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { closedSchema, objectSchema, refusals } from '../../core/schemas.ts';
import { idSchema, integerSchema, nullable, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { SharedCard } from '../../web/card.ts';
import type { NewsItem } from '../describe-news.ts';
import type { DashboardContext } from '../parts.ts';
import { moveCursor, takeCursor } from './news-cursor.ts';
import { viewNews } from './news-view.ts';

type Context = Pick<DashboardContext, 'news' | 'auditTime'>;

const shownItems = 8;
const keepSeen = { name: 'browser.news', role: 'viewer', tier: 0, changes: 'browser' } as const;

/** The id of the newest row that is news: no HTML, and the same for all readers. */
export const newsCard = ({ news }: Pick<DashboardContext, 'news'>): SharedCard => ({
  name: 'news',
  template: 'dashboard/newest-news-card',
  host: 'newest-news',
  path: '/ui/operations/news/newest',
  dirtyOn: ['audit'],
  load: () => ({ newest: news.newestNews() }),
});

/** The news behind the cursor of this browser. */
export function newsOf(ctx: Context, request: FastifyRequest, reply: FastifyReply) {
  return viewSince(ctx, takeCursor(request, reply, ctx.news.newestId()));
}

function viewSince({ news, auditTime }: Context, cursor: number) {
  const page = news.since(cursor, shownItems);
  return viewNews(page, auditTime(page.from));
}

export function registerNews(app: FastifyInstance, ctx: DashboardContext) {
  app.get('/ui/operations/news', (request, reply) =>
    reply.view('dashboard/news', { news: newsOf(ctx, request, reply) }),
  );

  const through = { type: 'string', pattern: '^[0-9]{1,15}$' };
  const body = { ...objectSchema({ through }), required: ['through'] };
  app.post<{ Body: { through: string } }>(
    '/ui/operations/news/seen',
    { schema: { body }, config: { action: keepSeen, page: '/operations' } },
    (request, reply) => {
      const cursor = moveCursor(request, reply, Number(request.body.through), ctx.news.newestId());
      if (request.headers['hx-request'])
        return reply.view('dashboard/news', { news: viewSince(ctx, cursor) });
      return reply.redirect(url('/operations'), 303);
    },
  );

  registerNewsApi(app, ctx);
}

const newsSchema = objectSchema({
  id: { ...integerSchema, description: 'The newest row of the audit log about it.' },
  at: textSchema,
  event: textSchema,
  target: nullable('string'),
  transition: {
    ...nullable('string'),
    description: 'first: it began; again: it is back; recovered: it is over.',
  },
  sentence: textSchema,
  href: nullable('string'),
  rows: { ...integerSchema, description: 'How many rows are about the same thing.' },
  began_at: textSchema,
});

const schema = {
  summary: 'What began and what is over: findings, incidents, ended jobs, backups and missed schedules.',
  description:
    'The newest first, behind the row `since` of the audit log. At most the newest 2,000 rows are read: `is_whole` is false if there are more. `newest_id` is the next `since`.',
  querystring: closedSchema({
    since: { ...integerSchema, minimum: 0, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 200, default: 50 },
  }),
  response: {
    200: objectSchema({
      items: { type: 'array', items: newsSchema },
      more: { ...integerSchema, description: 'Rows beyond those of `items`.' },
      is_whole: { type: 'boolean' },
      newest_id: idSchema,
    }),
    ...refusals,
  },
};

function registerNewsApi(app: FastifyInstance, { news }: Context) {
  app.get<{ Querystring: { since: number; limit: number } }>(
    '/api/v1/news',
    { schema },
    async ({ query }) => {
      const { items, more, isWhole, through } = news.since(query.since, query.limit);
      return { items: items.map(newsBody), more, is_whole: isWhole, newest_id: through };
    },
  );
}

function newsBody({ id, at, event, target, transition, subject, text, href, rows, began }: NewsItem) {
  return {
    ...{ id, at, event, target, transition, href, rows },
    sentence: `${subject}${text}.`,
    began_at: began.at,
  };
}
