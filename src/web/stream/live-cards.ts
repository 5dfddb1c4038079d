// The newest bytes of each card that somebody watches. A card that became dirty is rendered once for all readers; the
// first change goes out at once, further ones are held back for a while and go out as one.
import type { BusEvents } from '../../core/bus.ts';
import { AppError } from '../../core/errors.ts';
import type { Log } from '../../core/log.ts';
import type { Cards, OpenCard } from '../cards.ts';
import type { Frames } from './frames.ts';

/** `frame` holds `html` and has `version`; `newest` may not be published yet. `timer` runs while changes are held back. */
export type LiveCard = {
  card: OpenCard;
  newest: string;
  html: string;
  frame: Buffer;
  version: number;
  isDirty: boolean;
  timer: NodeJS.Timeout | null;
  rendering: Promise<void> | null;
};

export type LiveCards = ReturnType<typeof createLiveCards>;

const eventEveryMs = 200;

export function createLiveCards(given: {
  cards: Cards;
  frames: Frames;
  log: Log;
  isWatched: (topic: string) => boolean;
  /** Called with cards that have new bytes, in the order of their versions. */
  onPublish: (cards: LiveCard[]) => void;
}) {
  const { cards, frames, log, isWatched, onPublish } = given;
  const live = new Map<string, LiveCard>();
  /** What became dirty in this turn of the event loop is published together: one write to each reader. */
  const due = new Set<LiveCard>();

  return {
    /** The current bytes of the cards of `topics`. */
    async current(topics: Iterable<string>): Promise<LiveCard[]> {
      const watched = [...topics].flatMap((topic) => find(topic) ?? []);
      await Promise.all(watched.map((one) => (one.isDirty ? render(one) : one.rendering)));
      publish(watched);
      return watched.sort((one, other) => one.version - other.version);
    },

    /** After an event of the bus. */
    markDirty(event: keyof BusEvents, number: number | undefined) {
      for (const one of live.values()) {
        if (!one.card.isDirtiedBy(event, number)) continue;
        one.isDirty = true;
        if (isWatched(one.card.name)) renderSoon(one);
      }
    },

    /** Renders again what could not be rendered before. */
    retryDirty() {
      for (const one of live.values()) if (one.isDirty && isWatched(one.card.name)) renderSoon(one);
    },

    /** Drops the card of a record that nobody watches any more. */
    release(topic: string) {
      const one = live.get(topic);
      if (!one?.card.isOfRecord || isWatched(topic)) return;
      if (one.timer) clearTimeout(one.timer);
      live.delete(topic);
    },

    close() {
      for (const { timer } of live.values()) if (timer) clearTimeout(timer);
    },
  };

  function find(topic: string): LiveCard | null {
    const known = live.get(topic);
    const card = known?.card ?? cards.find(topic);
    if (known || !card) return known ?? null;
    const fresh = { newest: '', html: '', frame: Buffer.alloc(0), version: 0 };
    const one = { card, ...fresh, isDirty: true, timer: null, rendering: null };
    live.set(topic, one);
    return one;
  }

  function renderSoon(one: LiveCard) {
    if (one.timer) return;
    one.timer = setTimeout(() => {
      one.timer = null;
      if (one.isDirty) renderSoon(one);
    }, eventEveryMs);
    if (due.size === 0) setImmediate(() => void renderDue());
    due.add(one);
  }

  async function renderDue() {
    const batch = [...due];
    due.clear();
    await Promise.all(batch.map(render));
    publish(batch);
  }

  /** Gives versions and sends in one go: a reader that has a version has all before it. Equal bytes are no new version. */
  function publish(batch: LiveCard[]) {
    const fresh = batch.filter(({ newest, html }) => newest !== html);
    for (const one of fresh) {
      one.html = one.newest;
      one.version = frames.nextVersion();
      one.frame = frames.ofCard(one.card.name, one.version, one.html);
    }
    if (fresh.length > 0) onPublish(fresh);
  }

  /** Concurrent calls share one rendering. */
  function render(one: LiveCard): Promise<void> {
    one.rendering ??= renderOnce(one).finally(() => {
      one.rendering = null;
    });
    return one.rendering;
  }

  async function renderOnce(one: LiveCard) {
    one.isDirty = false;
    try {
      one.newest = await cards.render(one.card);
    } catch (error) {
      if (error instanceof AppError && error.code === 'not_found') return;
      log.error({ err: error, card: one.card.name }, 'a card could not be rendered');
      // Tried again with the next change, the next reader or the next tick, whichever is first.
      one.isDirty = true;
      if (one.timer) clearTimeout(one.timer);
      one.timer = null;
    }
  }
}
