// A page is made of the cards' bytes that the stream keeps. It names the newest version that it has, so that its stream sends
// only what has changed since: nothing is sent or fetched again after the page.
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { mayAct } from '../core/role.ts';
import type { Cards } from './cards.ts';
import type { Page } from './feature.ts';
import type { Tab } from './nav.ts';
import type { Stream } from './stream/stream.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** `id`: the version of the page, for its stream. Null unless it is a page. */
    live: { id: string; bytesOf(topic: string): Buffer | null } | null;
  }
}

/** How long the card of a record waits for the stream of its page. */
const releaseMs = 30_000;

type Given = { declared: Page[]; cards: Cards; nav: Tab[]; stream: Stream };

/** Must be called before the routes of pages. */
export function registerLivePages(app: FastifyInstance, { declared, cards, nav, stream }: Given) {
  const badges = nav.flatMap(({ badge }) => badge?.name ?? []);
  const everywhere = [...cards.everywhere.map(({ name }) => name), ...badges];
  const byPath = new Map(declared.map((page) => [page.path, page]));
  app.decorateRequest('live', null);

  app.addHook('preHandler', async (request) => {
    const { identity, routeOptions } = request;
    if (!routeOptions.config.isPage || !identity) return;
    const { role } = identity;
    const page = byPath.get(routeOptions.url ?? '');
    const topics = [...(page?.cards ?? []).flatMap((name) => find(name, request)), ...everywhere];
    const readable = topics.filter((topic) => mayAct(role, cards.find(topic)?.reads ?? 'viewer'));
    request.live = await stream.pages.freshen(readable, role);
    const ofRecords = readable.filter((topic) => cards.find(topic)?.isOfRecord);
    if (ofRecords.length > 0) setTimeout(() => stream.pages.release(ofRecords, role), releaseMs).unref();
  });

  /** A card, or that of the record in the address. */
  function find(name: string, { params }: FastifyRequest): string[] {
    const [key] = Object.values((params ?? {}) as Record<string, string>);
    const card = cards.find(name) ?? (key === undefined ? null : cards.find(`${name}-${key}`));
    return card?.exists() ? [card.name] : [];
  }
}
