// The list of runbooks, the page of one, and the button that starts a run.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { invalidArguments } from '../../core/arguments.ts';
import { plural } from '../../core/format.ts';
import { idSchema, objectSchema, textSchema } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import type { Page } from '../../web/feature.ts';
import { identityOf } from '../../web/identify.ts';
import { requester } from '../../web/requester.ts';
import { isForm, type Posted } from '../../web/validation.ts';
import type { RunbookContext } from '../parts.ts';
import { runActions } from '../run.ts';
import { type ListQuery, viewRunbook, viewRunbooks } from './runbooks-view.ts';

export const runbooksPage: Page = {
  path: '/runbooks',
  api: '/api/v1/runbooks',
  cards: ['runbooks'],
  reloads: true,
  examples: ['/runbooks', '/runbooks?q=queue&tag=queue', '/runbooks?q=no-runbook-has-this'],
};

export const runbookPage: Page = {
  path: '/runbooks/:slug',
  api: '/api/v1/runbooks/:slug',
  cards: ['runbooks'],
  reloads: true,
  examples: ['/runbooks/queue-stands-still'],
};

const section = '/status';
const text = { type: 'string', maxLength: 500 } as const;
const listQuery = objectSchema({
  q: text,
  tag: text,
  owner: text,
  priority: text,
  after: { type: 'string', maxLength: 1000 },
});
const params = objectSchema({ slug: textSchema });
const oneQuery = objectSchema({ before: idSchema });

type Listed = { Querystring: ListQuery };
type Named = { Params: { slug: string } };
type One = Named & { Querystring: { before?: number } };

export function registerRunbookPages(app: FastifyInstance, ctx: RunbookContext) {
  const page = { config: { isPage: true } } as const;

  app.get<Listed>(runbooksPage.path, { ...page, schema: { querystring: listQuery } }, (request, reply) =>
    reply.sendPage({
      template: 'runbooks/runbooks-page',
      title: 'Runbooks',
      section,
      data: { list: viewRunbooks(ctx, request.query) },
    }),
  );

  /** The content of the list's host. */
  app.get<Listed>('/ui/runbooks/list', { schema: { querystring: listQuery } }, (request, reply) =>
    reply.view('runbooks/runbook-list', {
      list: viewRunbooks(ctx, request.query),
      role: identityOf(request).role,
    }),
  );

  app.get<One>(runbookPage.path, { ...page, schema: { params, querystring: oneQuery } }, (request, reply) => {
    const { slug } = request.params;
    if (ctx.runbooks.isRemoved(slug)) return sendRemoved(ctx, reply, slug);
    const runbook = viewRunbook(ctx, slug, request.query.before);
    return reply.sendPage({
      template: 'runbooks/runbook-page',
      title: runbook.title,
      section,
      data: { runbook },
    });
  });

  /** The content of the host of one runbook. */
  app.get<One>(
    '/ui/runbooks/:slug/content',
    { schema: { params, querystring: oneQuery } },
    (request, reply) =>
      reply.view('runbooks/one-runbook', {
        runbook: viewRunbook(ctx, request.params.slug, request.query.before),
        role: identityOf(request).role,
      }),
  );

  app.post<Named & Posted>(
    '/ui/runbooks/:slug/runs',
    {
      schema: { ...isForm.schema, params },
      config: { action: runActions.start, page: runbookPage.path },
    },
    async (request, reply) => {
      const incident = readIncident(request.body?.incident);
      const run = await ctx.runs.start(request.params.slug, requester(request), incident);
      const { title, total } = ctx.runs.describe(run);
      const notice = {
        tone: 'ok' as const,
        title: `Run ${run.number} started.`,
        text: `${title}, ${plural(total, 'step')}.`,
      };
      return reply.sendAction({ notice, redirect: url(`/runs/${run.number}`), hosts: [] });
    },
  );
}

function sendRemoved({ documents }: RunbookContext, reply: FastifyReply, slug: string) {
  const { title, removed_at: removedAt } = documents.findEver({ kind: 'runbook', slug });
  return reply.code(404).sendPage({
    template: 'runbooks/removed-page',
    title,
    section,
    data: { removed: { title, removedAt, href: url(`/documents/runbook/${slug}`) } },
  });
}

/** Throws `invalid_arguments`. An empty field is none. */
function readIncident(given = ''): number | null {
  if (given === '') return null;
  if (/^\d{1,15}$/.test(given)) return Number(given);
  throw invalidArguments([{ field: 'incident', message: 'Incident: give its number.' }]);
}
