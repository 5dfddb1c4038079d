// The live stream: every reader gets the current bytes of its cards, then each change. client.ts limits the buffer of slow
// readers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Kernel } from '../../core/kernel.ts';
import type { Cards } from '../cards.ts';
import { clientOf } from '../client-cookie.ts';
import { assertRoomForStream } from '../connections.ts';
import type { Signal } from '../feature.ts';
import { openClient, sendFrames } from './client.ts';
import { sendCycles } from './cycle.ts';
import { createFrames, type Frames } from './frames.ts';
import { assertWithinLimits } from './limits.ts';
import type { LiveCard } from './live-card.ts';
import { createLiveCards } from './live-cards.ts';
import { subscribe } from './subscriptions.ts';
import { createReaders } from './readers.ts';
import { createTicker } from './ticker.ts';
import { readTopics } from './topics.ts';

export type Stream = ReturnType<typeof createStream>;

/** `topics`: card names, separated by commas. `since`: the id of the last event, if the header is missing. */
type Query = { topics?: string; since?: string };

export function createStream(
  { bus, config, descriptors, log, now }: Pick<Kernel, 'bus' | 'config' | 'descriptors' | 'log' | 'now'>,
  { cards, signals, defaultTopics }: { cards: Cards; signals: Signal[]; defaultTopics: string[] },
) {
  const readers = createReaders();
  const frames = createFrames(now().getTime().toString(36));
  const onPublish = (fresh: LiveCard[]) => {
    readers.send(fresh);
    ticker.tickIfSoon();
  };
  const live = createLiveCards({ cards, frames, log, isWatched: readers.isWatched, onPublish });
  const ticker = createTicker(now, frames, (frame) => {
    live.retryDirty();
    readers.tick(frame);
  });
  const unsubscribe = subscribe(bus, { events: cards.events, signals }, live.markDirty, (name, data) =>
    readers.signal(frames.ofSignal(name, data)),
  );

  return {
    /** Takes over the connection: sends the current state (after `Last-Event-ID` only the changes), then each change. Throws
     *  `too_many_streams`, and `not_found` for an unknown topic or record. */
    async subscribe(request: FastifyRequest, reply: FastifyReply, query: Query) {
      const topics = readTopics(query.topics, cards, defaultTopics);
      const owner = clientOf(request);
      assertWithinLimits(readers, config, owner);
      assertRoomForStream(descriptors);
      const last = request.headers['last-event-id'] ?? query.since;
      const since = frames.readVersion(typeof last === 'string' ? last : undefined);
      const client = openClient(reply, topics, since);
      if (client.response.destroyed) return;
      readers.add(client, owner, () => leave(topics));
      ticker.start();
      const watched = await live.current(topics);
      client.isReady = true;
      sendFrames(client, watched);
    },

    /** Sends `cycles` full batches back to back, then ends. */
    async cycle(reply: FastifyReply, query: Query, cycles: number) {
      const topics = readTopics(query.topics, cards, defaultTopics);
      const renderBatch = async () =>
        Buffer.concat([...(await renderAll(cards, frames, topics)), ticker.frame()]);
      await sendCycles(reply, cycles, renderBatch);
    },

    clientCount: readers.count,

    /** Ends every stream. Idempotent. */
    close() {
      unsubscribe();
      live.close();
      ticker.stop();
      readers.close();
    },
  };

  function leave(topics: Set<string>) {
    for (const topic of topics) live.release(topic);
    if (readers.count() === 0) ticker.stop();
  }
}

async function renderAll(cards: Cards, frames: Frames, topics: Set<string>): Promise<Buffer[]> {
  const batch: Buffer[] = [];
  for (const topic of topics) {
    const card = cards.find(topic);
    if (card) batch.push(frames.ofCard(topic, frames.nextVersion(), await cards.render(card, 'admin')));
  }
  return batch;
}
