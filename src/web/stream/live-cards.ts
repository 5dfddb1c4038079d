// The newest bytes of each watched card, rendered once for all readers.
import type { BusEvents } from '../../core/bus.ts';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Cards } from '../cards.ts';
import type { Frames } from './frames.ts';
import { endThrottle, type LiveCard, newLiveCard } from './live-card.ts';
import { createPublisher } from './publisher.ts';

export function createLiveCards(given: {
  cards: Cards;
  frames: Frames;
  log: Log;
  isWatched: (topic: string) => boolean;
  onPublish: (cards: LiveCard[]) => void;
}) {
  const { cards, frames, log, isWatched, onPublish } = given;
  const live = new Map<string, LiveCard>();
  const { renderSoon, publish } = createPublisher(frames, onPublish);

  return {
    /** The current bytes of the cards of `topics`, the oldest first. */
    async current(topics: Iterable<string>): Promise<LiveCard[]> {
      const watched = [...topics].flatMap((topic) => find(topic) ?? []);
      await Promise.all(watched.map((one) => one.render()));
      publish(watched);
      return watched.sort((one, other) => one.version - other.version);
    },

    /** Called for a bus event; `number` is its record. */
    markDirty(event: keyof BusEvents, number: number | undefined) {
      for (const one of live.values()) {
        if (!one.card.isDirtiedBy(event, number)) continue;
        one.isDirty = true;
        if (isWatched(one.card.name)) renderSoon(one);
      }
    },

    /** Retries cards whose rendering failed. */
    retryDirty() {
      for (const one of live.values()) if (one.isDirty && isWatched(one.card.name)) renderSoon(one);
    },

    /** Drops a record's card when nobody watches it any more. */
    release(topic: string) {
      const one = live.get(topic);
      if (!one?.card.isOfRecord || isWatched(topic)) return;
      endThrottle(one);
      live.delete(topic);
    },

    close() {
      for (const one of live.values()) endThrottle(one);
    },
  };

  function find(topic: string): LiveCard | null {
    const known = live.get(topic);
    if (known) return known;
    const card = cards.find(topic);
    if (!card) return null;
    const one = newLiveCard(card, (dirty) => renderOnce(dirty, cards, log));
    live.set(topic, one);
    return one;
  }
}

async function renderOnce(one: LiveCard, cards: Cards, log: Log) {
  one.isDirty = false;
  try {
    one.newest = await cards.render(one.card, 'admin');
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return;
    log.error({ err: error, card: one.card.name }, 'a card could not be rendered');
    // Retried with the next change, the next reader or the next tick, whichever is first.
    one.isDirty = true;
    endThrottle(one);
  }
}
