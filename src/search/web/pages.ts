// The library pages: search, entries by sync state with the index, and one entry.
import { url } from '../../core/url.ts';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { objectSchema, textSchema as text } from '../../core/schemas.ts';
import { builtIn } from '../../embedding/built-in.ts';
import { AppError } from '../../core/errors.ts';
import type { IndexState } from '../../index/live.ts';
import { maxQueryLength, searchModes } from '../../index/search-query.ts';
import type { CategoryCount } from '../../library/category-counts-repository.ts';
import { describeEntry, readKind } from '../describe-entry.ts';
import { viewAnswer } from './answer-view.ts';
import { entryUrl, plainText, viewEntry } from './entry-view.ts';
import {
  type Form,
  libraryUrl,
  modeTitles,
  type Query,
  querySchema,
  readForm,
  readMode,
  readState,
  viewFilters,
} from './library-form.ts';
import { describeReason, states, stateTitles, syncBadges } from './sync-badges.ts';
import { describeCount, type NamedHealth } from '../../sources/health.ts';
import { statusOf } from '../../web/errors.ts';
import type { SearchContext } from '../parts.ts';

const hitsShown = 20;
const entriesShown = 50;
const categoriesShown = 500;

export function registerLibraryPages(app: FastifyInstance, ctx: SearchContext) {
  app.get<{ Querystring: Query }>(
    '/library',
    { config: { isPage: true }, schema: { querystring: querySchema } },
    async (request, reply) => {
      const form = readForm(request.query);
      const { after } = request.query;
      const found = form.q === '' ? null : await orProblem(reply, () => search(ctx, form));
      const listed = form.state === '' ? null : await orProblem(reply, () => list(ctx, form, after));
      const totals = ctx.counts.totals();
      const index = ctx.liveIndex.indexState();
      return reply.sendPage({
        template: 'search/library-page',
        title: 'Library',
        section: '/library',
        data: {
          form,
          maxQueryLength,
          modes: searchModes.map((name) => ({ name, title: modeTitles[name] })),
          filters: listed || found?.problem === null ? [] : viewFilters(form, nameIn(totals.list)),
          found,
          listed: listed && {
            ...listed,
            heading: describeHeading(form),
            whyEmpty: describeEmptyList(form),
          },
          browsed: found || listed ? null : viewCategories(await ctx.countCategories()),
          index,
          totals,
          sources: viewSources(ctx.sourceHealth.all()),
          isLexical: index.model === builtIn.name,
          states: viewStates(index),
          link: (change: Partial<Query>) => libraryUrl({ ...form, ...change }),
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

/** `3 sources, 1 stale` */
function viewSources(healths: NamedHealth[]) {
  const isWell = healths.every(({ state }) => state === 'ok' || state === 'never');
  return { text: describeCount(healths), isWell };
}

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

async function search({ liveIndex, counts }: Pick<SearchContext, 'liveIndex' | 'counts'>, form: Form) {
  const { q, kind, category } = form;
  const filter = { mode: readMode(form.mode), kind: readKind(kind), category: category || undefined };
  const answer = await liveIndex.search({ query: q, ...filter, limit: hitsShown });
  const live = liveIndex.indexState();
  const generation = [live, live.previous].find((one) => one?.generation === answer.generation);
  return viewAnswer({
    form,
    answer,
    nameOf: nameIn(counts.totals().list),
    isLexical: live.model === builtIn.name,
    builtAt: generation?.built_at ?? null,
  });
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

/** A code without a category is its own name. */
function nameIn(categories: { code: string; name: string }[]): (code: string) => string {
  const names = new Map(categories.map(({ code, name }) => [code, name]));
  return (code) => names.get(code) ?? code;
}

function viewStates(index: IndexState) {
  const counts = { ...index, all: index.entries, orphan: index.orphans };
  return states.map((name) => ({ name, title: stateTitles[name], count: counts[name] }));
}

function viewCategories(categories: CategoryCount[]) {
  const shown = categories.slice(0, categoriesShown).map(({ code, name, count }) => ({
    name,
    count,
    href: url('/library', { state: 'all', category: code }),
  }));
  return { shown, count: categories.length, others: categories.length - shown.length };
}
