import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';
import type { Kind } from '../../embedding/content.ts';
import { sendPage } from '../page.ts';
import type { Services } from '../services.ts';

type Query = { q?: string; kind?: Kind | ''; category?: string };

const query = {
  type: 'object',
  properties: {
    q: { type: 'string', maxLength: 500 },
    kind: { enum: ['', 'experience', 'manual'] },
    category: { type: 'string', maxLength: 40 },
  },
} as const;

const hitsShown = 20;

export function registerLibraryPage(app: FastifyInstance, services: Services) {
  app.get<{ Querystring: Query }>(
    '/library',
    { config: { isPage: true }, schema: { querystring: query } },
    async (request, reply) => {
      const { q = '', kind = '', category = '' } = request.query;
      const answer = q.trim() === '' ? null : await search(services, q, kind, category);
      const data = {
        q,
        kind,
        category,
        answer,
        categories: services.counts.totals().list,
        totals: services.counts.totals(),
        index: services.liveIndex.truth(),
      };
      return sendPage(services, request, reply, {
        name: 'library',
        title: 'Library',
        section: 'library',
        data,
      });
    },
  );
}

/** Without an index the page says what to do instead of an error. */
async function search({ liveIndex }: Services, query: string, kind: Kind | '', category: string) {
  try {
    const answer = await liveIndex.search({
      query,
      kind: kind || undefined,
      category: category || undefined,
      limit: hitsShown,
    });
    return { ...answer, problem: null };
  } catch (error) {
    if (error instanceof AppError) return { hits: [], generation: null, took_ms: 0, problem: error.message };
    throw error;
  }
}
