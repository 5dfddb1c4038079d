// The live stream: every reader gets the current bytes of its cards, then each change, until its token or session ends.
// client.ts limits the buffer of slow readers.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Bus } from '../../core/bus.ts';
import type { Authenticate } from '../../core/identity.ts';
import type { Kernel } from '../../core/kernel.ts';
import type { Role } from '../../core/role.ts';
import type { Cards } from '../cards.ts';
import { clientOf } from '../client-cookie.ts';
import { assertRoomForStream } from '../connections.ts';
import type { HasStream, Signal } from '../feature.ts';
import { credentialsOf, identityOf } from '../identify.ts';
import { openClient, sendFrames } from './client.ts';
import { createCycle } from './cycle.ts';
import { createFrames } from './frames.ts';
import { assertWithinLimits } from './limits.ts';
import type { LiveCard } from './live-card.ts';
import { createLiveCards } from './live-cards.ts';
import { subscribe } from './subscriptions.ts';
import { createReaders, type Readers } from './readers.ts';
import { createTicker } from './ticker.ts';
import { readTopics } from './topics.ts';

export type Stream = ReturnType<typeof createStream>;

/** `topics`: card names, separated by commas. `since`: the id of the last event, if the header is missing. */
type Query = { topics?: string; since?: string };

type Given = {
  authenticate: Authenticate;
  cards: Cards;
  signals: Signal[];
  defaultTopics: string[];
  hasStream: HasStream;
};

export function createStream(
  kernel: Pick<Kernel, 'bus' | 'caches' | 'config' | 'descriptors' | 'log' | 'now'>,
  { authenticate, cards, signals, defaultTopics, hasStream }: Given,
) {
  const { bus, config, descriptors, log, now } = kernel;
  const readers = createReaders(authenticate, log);
  const admit = createAdmission(readers, { config, descriptors });
  const frames = createFrames(now().getTime().toString(36));
  const onPublish = (fresh: LiveCard[]) => {
    readers.send(fresh);
    ticker.tickIfSoon();
  };
  const live = createLiveCards({ ...kernel, cards, frames, isWatched: readers.isWatched, onPublish });
  const ticker = createTicker(now, frames, (frame) => {
    live.retryDirty();
    // Another process may have revoked a token.
    readers.endRefused();
    readers.tick(frame);
  });
  const unsubscribe = subscribe(bus, { events: cards.events, signals }, live.markDirty, (name, data) =>
    readers.signal(frames.ofSignal(name, data)),
  );
  const unwatch = endWithChanges(bus, readers, hasStream);

  return {
    /** Takes over the connection: sends the current state (after `Last-Event-ID` only the changes), then each change. Throws
     *  `too_many_streams`, `not_found` for an unknown topic or record, and `forbidden`. A browser that gets no stream gets 204. */
    async subscribe(request: FastifyRequest, reply: FastifyReply, query: Query) {
      const { role } = identityOf(request);
      // Tells an EventSource not to return.
      if (!mayRead(request, hasStream)) return reply.code(204).send();
      const topics = readTopics(query.topics, { cards, defaultTopics, role });
      const opened = admit(request);
      const last = request.headers['last-event-id'] ?? query.since;
      const since = frames.readVersion(typeof last === 'string' ? last : undefined);
      const client = openClient(reply, { role, topics, since });
      if (client.response.destroyed) return;
      readers.add(client, opened, () => leave(topics, role));
      ticker.start();
      const watched = await live.current(topics, role);
      client.isReady = true;
      sendFrames(client, watched);
    },

    /** Sends full batches back to back, then ends. */
    cycle: createCycle({ cards, frames, defaultTopics, newTick: ticker.frame, readers, admit }),

    clientCount: readers.count,

    /** Ends every stream. Idempotent. */
    close() {
      unsubscribe();
      unwatch();
      live.close();
      ticker.stop();
      readers.close();
    },
  };

  function leave(topics: Set<string>, role: Role) {
    for (const topic of topics) live.release(topic, role);
    if (readers.count() === 0) ticker.stop();
  }
}

/** A program without the cookie of a browser may. */
function mayRead(request: FastifyRequest, hasStream: HasStream): boolean {
  const browser = clientOf(request);
  return browser === null || hasStream(browser);
}

/** Ends the streams of readers that may have none any more, at once. Returns a function that ends that. */
function endWithChanges(bus: Bus, readers: Readers, hasStream: HasStream): () => void {
  const endOthers = () => readers.endOthers(hasStream);
  bus.on('access', readers.endRefused).on('flags', endOthers);
  return () => void bus.off('access', readers.endRefused).off('flags', endOthers);
}

/** Returns a function that throws `too_many_streams` when there is no room for another reader. */
function createAdmission(readers: Readers, { config, descriptors }: Pick<Kernel, 'config' | 'descriptors'>) {
  return (request: FastifyRequest) => {
    const owner = clientOf(request);
    assertWithinLimits(readers, config, owner);
    assertRoomForStream(descriptors);
    return { owner, credentials: credentialsOf(request) };
  };
}
