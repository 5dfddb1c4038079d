// The page of sources: the named sheets, and the form that imports one of them, uploaded files, or a folder.
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppError } from '../../core/errors.ts';
import { kindTitles } from '../../core/sheet-source.ts';
import { objectSchema, textSchema as text } from '../../core/schemas.ts';
import { viewFiles } from '../../sheets/files-view.ts';
import { statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import type { SourceContext } from '../parts.ts';
import { type Choice, readChoice } from './choice.ts';

export const sourcesPage: Page = {
  path: '/sources',
  api: '/api/v1/sources',
  cards: ['sources', 'imports-held'],
  examples: ['/sources', '/sources?source=review', '/sources?sheet=0a0b0c0d'],
};

type Query = { source?: string; sheet?: string; path?: string; mode?: string; rows_of?: string };

export function registerSourcesPage(app: FastifyInstance, ctx: SourceContext) {
  app.get<{ Querystring: Query }>(
    sourcesPage.path,
    {
      config: { isPage: true },
      schema: {
        querystring: objectSchema({ source: text, sheet: text, path: text, mode: text, rows_of: text }),
      },
    },
    (request, reply) => sendSources(ctx, request, reply, readChoice(request.query)),
  );
}

/** Renders the page with a choice; `error` is shown in its place, and gives the status. */
export async function sendSources(
  { config, counts, libraryState, sources }: SourceContext,
  request: FastifyRequest,
  reply: FastifyReply,
  choice: Choice,
  error?: { of: 'files' | 'choice'; refusal: AppError },
) {
  if (error) reply.code(statusOf(error.refusal));
  const problemOf = (of: string) => (error?.of === of ? error.refusal.message : null);
  return reply.sendPage({
    template: 'sources/sources-page',
    title: 'Sources',
    section: '/library',
    data: {
      card: await request.loadCard('sources'),
      held: await request.loadCard('imports-held'),
      choice,
      files: viewFiles(config, choice.sheet, problemOf('files')),
      problem: problemOf('choice'),
      names: sources.all().map(({ name, kind }) => ({ name, title: `${name} · ${kindTitles[kind]}` })),
      isEmpty: libraryState.isEmpty(),
      entries: counts.totals().entries,
      key: randomUUID(),
    },
  });
}
