// The newest bytes of each watched card, rendered once for all readers of a role.
import type { BusEvents } from '../../core/bus.ts';
import { type Cache, type Caches, ofText } from '../../core/cache.ts';
import { AppError } from '../../core/errors.ts';
import type { Role } from '../../core/role.ts';
import type { Log } from '../../core/log.ts';
import type { Cards } from '../cards.ts';
import type { Frames } from './frames.ts';
import { endThrottle, type LiveCard, newLiveCard } from './live-card.ts';
import { createPublisher } from './publisher.ts';

export function createLiveCards(given: {
  cards: Cards;
  frames: Frames;
  log: Log;
  caches: Caches;
  isWatched: (topic: string, role: Role) => boolean;
  onPublish: (cards: LiveCard[]) => void;
}) {
  const { cards, frames, log, isWatched, onPublish } = given;
  const kept = keepCards(given.caches);
  const live = new Map<string, LiveCard>();
  const keyOf = (topic: string, role: Role) => `${role} ${topic}`;
  const { renderSoon, publish } = createPublisher(frames, onPublish);

  return {
    /** The current bytes of the cards of `topics` for a role, the oldest first. */
    async current(topics: Iterable<string>, role: Role): Promise<LiveCard[]> {
      const watched = [...topics].flatMap((topic) => find(topic, role) ?? []);
      await Promise.all(watched.map((one) => one.render()));
      publish(watched);
      return watched.sort((one, other) => one.version - other.version);
    },

    /** Called for a bus event; `number` is its record. */
    markDirty(event: keyof BusEvents, number: number | undefined) {
      for (const one of live.values()) {
        if (!one.card.isDirtiedBy(event, number)) continue;
        one.isDirty = true;
        kept.delete(one.key);
        if (isWatched(one.card.name, one.role)) renderSoon(one);
      }
    },

    /** Retries cards whose rendering failed. */
    retryDirty() {
      for (const one of live.values()) if (one.isDirty && isWatched(one.card.name, one.role)) renderSoon(one);
    },

    /** Drops a record's card when nobody of that role watches it any more. */
    release(topic: string, role: Role) {
      const one = live.get(keyOf(topic, role));
      if (!one?.card.isOfRecord || isWatched(topic, role)) return;
      endThrottle(one);
      live.delete(one.key);
      kept.delete(one.key);
    },

    close() {
      for (const one of live.values()) endThrottle(one);
    },
  };

  function find(topic: string, role: Role): LiveCard | null {
    const key = keyOf(topic, role);
    const known = live.get(key);
    if (known) return known;
    const card = cards.find(topic);
    if (!card) return null;
    const one = newLiveCard({ key, card, role }, kept, (dirty) => renderOnce(dirty, { cards, log, kept }));
    live.set(key, one);
    return one;
  }
}

/** A card that is no longer kept is rendered for its next reader. */
function keepCards(caches: Caches): Cache<string> {
  return caches.create('cards', {
    ...ofText,
    reads: 'admin',
    about: 'The newest HTML of each card that somebody watches, for each role.',
    entries: 2000,
    bytes: 32 * 1024 * 1024,
  });
}

type Rendering = { cards: Cards; log: Log; kept: Cache<string> };

async function renderOnce(one: LiveCard, { cards, log, kept }: Rendering) {
  one.isDirty = false;
  try {
    one.newest = await cards.render(one.card, one.role);
    if (!one.isDirty) kept.set(one.key, one.newest);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return;
    log.error({ err: error, card: one.card.name }, 'a card could not be rendered');
    // Retried with the next change, the next reader or the next tick, whichever is first.
    one.isDirty = true;
    endThrottle(one);
  }
}
