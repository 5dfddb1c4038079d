// The page of canaries: the list with the place of each now, the form that adds one, and proposals while there are none.
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readProblems } from '../../core/arguments.ts';
import type { AppError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { objectSchema, textSchema as text } from '../../core/schemas.ts';
import { url } from '../../core/url.ts';
import { askedHits, type Canary, foundAmong, maxCanaries } from '../../index/canary.ts';
import { maxQueryLength } from '../../index/search-query.ts';
import { kinds } from '../../library/content.ts';
import { readRefusal, statusOf } from '../../web/errors.ts';
import type { Page } from '../../web/feature.ts';
import { requester } from '../../web/requester.ts';
import { type Form, isForm, type Posted } from '../../web/validation.ts';
import type { WantedCanary } from '../canaries.ts';
import { canaryActions } from '../canary-actions.ts';
import { describePlace, placeCanaries } from '../canary-places.ts';
import { proposeCanaries } from '../canary-proposals.ts';
import { readKind } from '../describe-entry.ts';
import type { SearchContext } from '../parts.ts';
import { viewCanary, viewProposals } from './canaries-view.ts';

export const canariesPage: Page = {
  path: '/library/canaries',
  api: '/api/v1/canaries',
  cards: [],
  examples: ['/library/canaries'],
};

/** The page waits so long for the index, then shows the places that are known. */
const placesMaxMs = 1500;
const proposalsMaxMs = 1000;

export function registerCanariesPage(app: FastifyInstance, ctx: SearchContext) {
  const { canaries } = ctx;
  const ofPage = { page: canariesPage.path };

  app.get<{ Querystring: Form }>(
    canariesPage.path,
    {
      config: { isPage: true },
      schema: { querystring: objectSchema({ query: text, kind: text, entity_id: text }) },
    },
    (request, reply) => sendCanaries(ctx, reply, request.query),
  );

  const adds = { ...isForm, config: { action: canaryActions.add, ...ofPage } };
  app.post<Posted>('/ui/library/canaries', adds, async (request, reply) => {
    const form = request.body ?? {};
    try {
      const added = await canaries.add([readWanted(form)], requester(request));
      return await sendDone(reply, 'Canary added.', await describeAdded(ctx, added));
    } catch (thrown) {
      const error = readRefusal(thrown, request);
      // The button that takes a removal back has no form to show again.
      if (request.headers['hx-request']) throw thrown;
      return sendCanaries(ctx, reply.code(statusOf(error)), form, error);
    }
  });

  app.post<Posted>('/ui/library/canaries/proposals', adds, async (request, reply) => {
    const wanted = readProposed(ctx, request.body ?? {});
    const added = await canaries.add(wanted, requester(request));
    return sendDone(reply, `${plural(added.length, 'canary', 'canaries')} added.`, '');
  });

  const removes = { ...isForm, config: { action: canaryActions.remove, ...ofPage } };
  app.post<Posted & { Params: { id: string } }>(
    '/ui/library/canaries/:id/remove',
    removes,
    async (request, reply) => {
      const { query, kind, entity_id } = await canaries.remove(request.params.id, requester(request));
      const fields = { query, kind, entity_id };
      const undo = { action: url('/ui/library/canaries'), label: 'Undo', fields };
      return sendDone(reply, 'Canary removed.', `“${query}” is not asked any more.`, undo);
    },
  );
}

async function describeAdded(ctx: SearchContext, added: Canary[]): Promise<string> {
  const { items } = await placeCanaries(ctx, added, placesMaxMs);
  const said = items.map((one) =>
    `“${one.query}” must find ${one.kind} ${one.entity_id}. ${describePlace(one)}`.trim(),
  );
  return said.join(' ');
}

function sendDone(reply: FastifyReply, title: string, text: string, undo?: Undo) {
  const notice = { tone: 'ok' as const, title, text, ...(undo && { undo }) };
  return reply.sendAction({ notice, redirect: url(canariesPage.path), hosts: [] });
}

type Undo = { action: string; label: string; fields: Record<string, string> };

function readWanted({ query = '', kind = '', entity_id = '' }: Form): WantedCanary {
  return { query, kind: readKind(kind), entity_id: entity_id.trim() };
}

/** The entries that the form names, by their present titles. Each line of `entries` is a kind and an id. */
function readProposed(
  { entries }: Pick<SearchContext, 'entries'>,
  { entries: lines = '' }: Form,
): WantedCanary[] {
  return lines.split(/\r?\n/).map((line) => {
    const [, name = '', entity_id = ''] = /^(\S*) (.*)$/.exec(line) ?? [];
    const kind = readKind(name);
    const title = kind && entries.find(kind, entity_id)?.title;
    return { query: title ?? entity_id, kind, entity_id };
  });
}

async function sendCanaries(ctx: SearchContext, reply: FastifyReply, form: Form, error?: AppError) {
  const stored = ctx.canaries.all();
  const places = await placeCanaries(ctx, stored, placesMaxMs);
  const proposals = stored.length === 0 ? await proposeCanaries(ctx, proposalsMaxMs) : [];
  const { problemOf, message } = readProblems(error);
  const { query = '', kind = '', entity_id = '' } = form;
  return reply.sendPage({
    template: 'search/canaries-page',
    title: 'Canaries',
    section: '/library',
    data: {
      items: places.items.map(viewCanary),
      problem: places.problem,
      found: places.items.filter(({ state }) => state === 'found').length,
      unasked: places.items.filter(({ state }) => state === 'unasked').length,
      index: ctx.liveIndex.indexState(),
      isLibraryEmpty: ctx.counts.totals().entries === 0,
      proposals: viewProposals(proposals),
      limits: { askedHits, foundAmong, maxCanaries, maxQueryLength },
      form: { query, entity_id, message },
      kinds: ['', ...kinds].map((value) => ({ value, isChosen: value === kind })),
      problemOf: { query: problemOf('query'), kind: problemOf('kind'), entity_id: problemOf('entity_id') },
    },
  });
}
