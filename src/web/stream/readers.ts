// The open connections of the stream.
import type { LiveCard } from './live-card.ts';
import { type Client, flushClient, sendFrames, sendSignal, tickClient } from './client.ts';

export function createReaders() {
  /** Each with its owner, the browser that opened it. */
  const clients = new Map<Client, string | null>();

  return {
    count: () => clients.size,

    countOf: (owner: string) => [...clients.values()].filter((one) => one === owner).length,

    isWatched(topic: string): boolean {
      for (const { topics } of clients.keys()) if (topics.has(topic)) return true;
      return false;
    },

    /** `onLeave` is called when its connection has closed. */
    add(client: Client, owner: string | null, onLeave: () => void) {
      clients.set(client, owner);
      client.response.on('close', () => {
        clients.delete(client);
        onLeave();
      });
      client.response.on('drain', () => flushClient(client));
    },

    /** Sends to each reader the cards that it watches. */
    send(cards: LiveCard[]) {
      for (const client of clients.keys()) sendFrames(client, cards);
    },

    /** Sends to all readers, whichever cards they watch. */
    signal(frame: Buffer) {
      for (const client of clients.keys()) sendSignal(client, frame);
    },

    /** Sends the heartbeat, and closes readers that read nothing. */
    tick(frame: Buffer) {
      for (const client of clients.keys()) tickClient(client, frame);
    },

    close() {
      for (const { response } of clients.keys()) response.end();
      clients.clear();
    },
  };
}
