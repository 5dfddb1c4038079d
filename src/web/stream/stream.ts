// The one live stream: every reader gets the current bytes of its cards, then each change. A reader that is slow gets the
// newest state of each card, not a growing buffer; one that does not read at all is closed.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../core/errors.ts';
import type { Kernel } from '../../core/kernel.ts';
import type { Cards } from '../cards.ts';
import { assertRoomForStream } from '../connections.ts';
import type { Signal } from '../feature.ts';
import { type Client, flushClient, openClient, sendFrames, sendSignal, tickClient } from './client.ts';
import { sendCycles } from './cycle.ts';
import { createFrames } from './frames.ts';
import { createLiveCards } from './live-cards.ts';
import { subscribe, subscribeSignals } from './subscriptions.ts';
import { createTicker } from './ticker.ts';
import { readTopics } from './topics.ts';

export type Stream = ReturnType<typeof createStream>;

/** `topics`: names of cards, separated by commas. `since`: the id of the last event, where the header is missing. */
type Query = { topics?: string; since?: string };

export function createStream(
  { bus, config, descriptors, log, now }: Pick<Kernel, 'bus' | 'config' | 'descriptors' | 'log' | 'now'>,
  { cards, signals, defaultTopics }: { cards: Cards; signals: Signal[]; defaultTopics: string[] },
) {
  const clients = new Set<Client>();
  const frames = createFrames(now().getTime().toString(36));
  const isWatched = (topic: string) => [...clients].some(({ topics }) => topics.has(topic));
  const live = createLiveCards({
    cards,
    frames,
    log,
    isWatched,
    onPublish(fresh) {
      for (const client of clients) sendFrames(client, fresh);
      ticker.tickIfSoon();
    },
  });
  const ticker = createTicker(now, frames, (frame) => {
    live.retryDirty();
    for (const client of clients) tickClient(client, frame);
  });
  const ends = [
    subscribe(bus, cards.events, live.markDirty),
    subscribeSignals(bus, signals, (name, data) => {
      const frame = frames.ofSignal(name, data);
      for (const client of clients) sendSignal(client, frame);
    }),
  ];

  return {
    /** Takes the connection over: current state first (only what changed since `Last-Event-ID`), then changes. Throws
     *  `too_many_streams`, and `not_found` for an unknown topic or record. */
    async subscribe(request: FastifyRequest, reply: FastifyReply, query: Query) {
      const topics = readTopics(query.topics, cards, defaultTopics);
      if (clients.size >= config.maxStreams) throw tooMany();
      assertRoomForStream(descriptors);
      const last = request.headers['last-event-id'] ?? query.since;
      const since = frames.readVersion(typeof last === 'string' ? last : undefined);
      const client = openClient(reply, topics, since);
      if (client.response.destroyed) return;
      enter(client);
      const watched = await live.current(topics);
      client.isReady = true;
      sendFrames(client, watched);
    },

    /** `cycles` full batches back to back, then the end. */
    async cycle(reply: FastifyReply, query: Query, cycles: number) {
      const topics = readTopics(query.topics, cards, defaultTopics);
      await sendCycles(reply, cycles, async () =>
        Buffer.concat([...(await renderAll(topics)), ticker.frame()]),
      );
    },

    clientCount: () => clients.size,

    /** Ends every stream; safe twice. */
    close() {
      for (const end of ends) end();
      live.close();
      ticker.stop();
      for (const { response } of clients) response.end();
      clients.clear();
    },
  };

  function enter(client: Client) {
    clients.add(client);
    client.response.on('close', () => {
      clients.delete(client);
      for (const topic of client.topics) live.release(topic);
      if (clients.size === 0) ticker.stop();
    });
    client.response.on('drain', () => flushClient(client));
    ticker.start();
  }

  async function renderAll(topics: Set<string>): Promise<Buffer[]> {
    const batch: Buffer[] = [];
    for (const topic of topics) {
      const card = cards.find(topic);
      if (card) batch.push(frames.ofCard(topic, frames.nextVersion(), await cards.render(card)));
    }
    return batch;
  }
}

function tooMany(): AppError {
  return new AppError(
    'too_many_streams',
    'Too many live connections. The page goes on without; try again later.',
  );
}
