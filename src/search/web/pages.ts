// The library pages: search, entries by sync state with the index, and one entry.
import { url } from '../../core/url.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { objectSchema, textSchema as text } from '../../core/schemas.ts';
import { builtIn } from '../../embedding/built-in.ts';
import { AppError } from '../../core/errors.ts';
import { formatMs } from '../../core/format.ts';
import type { ListQuery } from '../../index/list.ts';
import { maxQueryLength } from '../../index/search-query.ts';
import { markWords } from '../../index/snippet.ts';
import { describeEntry, readKind } from '../describe-entry.ts';
import { entryUrl, plainText, viewEntry, viewHit } from './entry-view.ts';
import { describeReason, states, stateTitles, syncBadges } from './sync-badges.ts';
import { describeCount, type NamedHealth } from '../../sources/health.ts';
import { statusOf } from '../../web/errors.ts';
import type { SearchContext } from '../parts.ts';

type Query = { q?: string; kind?: string; category?: string; state?: string; after?: string };

/** Values are not restricted here: the page shows what is wrong with one beside the form. */
const query = objectSchema({ q: text, kind: text, category: text, state: text, after: text });

const hitsShown = 20;
const entriesShown = 50;

export function registerLibraryPages(app: FastifyInstance, ctx: SearchContext) {
  app.get<{ Querystring: Query }>(
    '/library',
    { config: { isPage: true }, schema: { querystring: query } },
    async (request, reply) => {
      const { q = '', kind = '', category = '', state = '', after } = request.query;
      const form = { q, kind, category, state: q === '' ? state : '', maxQueryLength };
      const found = q === '' ? null : await orProblem(reply, () => search(ctx, form));
      const listed = form.state === '' ? null : await orProblem(reply, () => list(ctx, form, after));
      const index = ctx.liveIndex.indexState();
      const counts = { ...index, all: index.entries, orphan: index.orphans };
      return reply.sendPage({
        template: 'search/library-page',
        title: 'Library',
        section: '/library',
        data: {
          form,
          found,
          listed: listed && {
            ...listed,
            heading: describeHeading(form),
            whyEmpty: describeEmptyList(form),
          },
          index,
          totals: ctx.counts.totals(),
          sources: viewSources(ctx.sourceHealth.all()),
          isLexical: index.model === builtIn.name,
          states: states.map((name) => ({ name, title: stateTitles[name], count: counts[name] })),
          link: (change: Partial<Form> & { after?: string }) => libraryUrl({ ...form, ...change }),
        },
      });
    },
  );

  app.get<{ Params: { id: string }; Querystring: { id?: string; kind?: string; as?: string } }>(
    '/library/:id',
    { config: { isPage: true }, schema: { querystring: objectSchema({ id: text, kind: text, as: text }) } },
    async (request, reply) => {
      const id = request.query.id ?? request.params.id;
      const described = await describeEntry(ctx, id, readKind(request.query.kind));
      return reply.sendPage({
        template: 'search/entry-page',
        title: described.entry.title,
        section: '/library',
        data: {
          ...viewEntry(described, request.query.as === plainText),
          isLexical: ctx.liveIndex.indexState().model === builtIn.name,
        },
      });
    },
  );
}

/** `3 sources, 1 stale`. */
function viewSources(healths: NamedHealth[]) {
  const isWell = healths.every(({ state }) => state === 'ok' || state === 'never');
  return { text: describeCount(healths), isWell };
}

type Form = { q: string; kind: string; category: string; state: string; maxQueryLength: number };

/** Returns an error as the content of the page and sets its status; a missing index is not an error. */
async function orProblem<T>(reply: FastifyReply, work: () => Promise<T>): Promise<T | { problem: string }> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.code !== 'index_missing') reply.code(statusOf(error));
    return { problem: error.message };
  }
}

async function search({ liveIndex }: Pick<SearchContext, 'liveIndex'>, { q, kind, category }: Form) {
  const filter = { kind: readKind(kind), category: category || undefined };
  const answer = await liveIndex.search({ query: q, ...filter, limit: hitsShown });
  const live = liveIndex.indexState();
  const generation = [live, live.previous].find((one) => one?.generation === answer.generation);
  const hits = answer.hits.map((hit) => ({
    ...viewHit(hit),
    titleParts: markWords(hit.title, q),
    snippetParts: markWords(hit.snippet, q),
  }));
  const took = formatMs(answer.took_ms);
  return { ...answer, took, hits, builtAt: generation?.built_at ?? null, problem: null };
}

async function list(
  { liveIndex, entries }: Pick<SearchContext, 'liveIndex' | 'entries'>,
  { state, kind, category }: Form,
  after?: string,
) {
  const filter = { kind: readKind(kind), category: category || undefined, after: after || undefined };
  const page = await liveIndex.list({ state: readState(state), ...filter, limit: entriesShown });
  const items = page.items.map((item) => {
    const error = item.standing === 'failed' ? entries.task(item.kind, item.entity_id)?.error : null;
    return {
      ...item,
      url: item.standing === 'orphan' ? null : entryUrl(item.kind, item.entity_id),
      badge: syncBadges[item.standing],
      reason: error ?? describeReason(item),
      isError: Boolean(error),
    };
  });
  return { items, next: page.next, problem: null };
}

function describeHeading({ state }: Form): string {
  return state === 'all' || state === 'orphan' ? stateTitles[state] : `Entries that are ${state}`;
}

function describeEmptyList({ state, kind, category }: Form): string {
  if (kind || category) return 'No entry of this kind and category has this state.';
  return state === 'orphan' ? 'Every vector in the index belongs to an entry.' : 'No entry has this state.';
}

function readState(text: string): ListQuery['state'] {
  const state = states.find((name) => name === text);
  if (state) return state;
  throw new AppError(
    'invalid_arguments',
    `${JSON.stringify(text)} is not a state. Choose one of: ${states.join(', ')}.`,
  );
}

function libraryUrl({ q, state, kind, category, after }: Form & { after?: string }): string {
  return url('/library', { q, state, kind, category, after });
}
