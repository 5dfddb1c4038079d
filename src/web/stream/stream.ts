// The one live stream: every reader gets the current bytes of its cards, then each change. A reader that is slow gets the
// newest state of each card, not a growing buffer; one that does not read at all is closed.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BusEvents, JobEvent } from '../../core/bus.ts';
import { AppError } from '../../core/errors.ts';
import type { Cards } from '../cards.ts';
import { assertRoomForStream } from '../connections.ts';
import type { Kernel } from '../../core/kernel.ts';
import type { Signal } from '../feature.ts';
import {
  type Client,
  flushClient,
  openClient,
  sendFrames,
  sendSignal,
  tickClient,
  whenTaken,
} from './client.ts';
import { createFrames } from './frames.ts';
import { createLiveCards, type LiveCard } from './live-cards.ts';
import { createTicker } from './ticker.ts';
import { readTopics } from './topics.ts';

export type Stream = ReturnType<typeof createStream>;

/** `topics`: names of cards, separated by commas. `since`: the id of the last event, where the header is missing. */
type Query = { topics?: string; since?: string };

export function createStream(
  kernel: Pick<Kernel, 'bus' | 'config' | 'descriptors' | 'log' | 'now'>,
  declared: { cards: Cards; signals: Signal[]; defaultTopics: string[] },
) {
  const { bus, config, descriptors, log, now } = kernel;
  const { cards, signals, defaultTopics } = declared;
  const clients = new Set<Client>();
  const frames = createFrames(now().getTime().toString(36));
  const live = createLiveCards({ cards, frames, log, isWatched, onPublish: send });
  const ticker = createTicker(
    now,
    (frame) => {
      live.retryDirty();
      for (const client of clients) tickClient(client, frame);
    },
    frames,
  );
  const unsubscribe = [
    ...cards.events.map((event) => listen(event, (change) => live.markDirty(event, change?.number))),
    ...signals.map(({ on, name, read }) =>
      listen(on, (change) => {
        const data = (read as (change?: JobEvent) => string | null)(change);
        if (data !== null) sendToAll(frames.ofSignal(name, data));
      }),
    ),
  ];

  return {
    /** Takes the connection over: current state first (only what changed since `Last-Event-ID`), then changes. Throws
     *  `too_many_streams`, and `not_found` for an unknown topic or record. */
    async subscribe(request: FastifyRequest, reply: FastifyReply, query: Query) {
      const topics = readTopics(query.topics, cards, defaultTopics);
      if (clients.size >= config.maxStreams) {
        throw new AppError(
          'too_many_streams',
          'Too many live connections. The page goes on without; try again later.',
        );
      }
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

    /** `n` full batches back to back, then the end: for tests and for a look at it with curl. */
    async cycle(reply: FastifyReply, query: Query, cycles: number) {
      const topics = readTopics(query.topics, cards, defaultTopics);
      let batch = await renderBatch(topics);
      const { response } = openClient(reply, topics, 0);
      try {
        for (let turn = 1; !response.destroyed; turn += 1) {
          response.write(batch);
          if (turn === cycles) return;
          await whenTaken(response);
          batch = await renderBatch(topics);
        }
      } finally {
        response.end();
      }
    },

    clientCount: () => clients.size,

    /** Ends every stream; safe twice. */
    close() {
      for (const off of unsubscribe) off();
      live.close();
      ticker.stop();
      for (const { response } of clients) response.end();
      clients.clear();
    },
  };

  /** Events carry a job or nothing. Gives what ends the subscription. */
  function listen(event: keyof BusEvents, listener: (change?: JobEvent) => void) {
    bus.on(event, listener);
    return () => bus.off(event, listener);
  }

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

  function isWatched(topic: string): boolean {
    for (const client of clients) if (client.topics.has(topic)) return true;
    return false;
  }

  function send(fresh: LiveCard[]) {
    for (const client of clients) sendFrames(client, fresh);
    ticker.tickIfSoon();
  }

  /** To all readers, whatever cards they watch. */
  function sendToAll(frame: Buffer) {
    for (const client of clients) sendSignal(client, frame);
  }

  async function renderBatch(topics: Set<string>): Promise<Buffer> {
    const batch: Buffer[] = [];
    for (const topic of topics) {
      const card = cards.find(topic);
      if (card) batch.push(frames.ofCard(topic, frames.nextVersion(), await cards.render(card)));
    }
    return Buffer.concat([...batch, ticker.frame()]);
  }
}
