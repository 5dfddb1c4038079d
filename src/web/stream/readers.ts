// The open connections of the stream.
import type { LiveCard } from './live-card.ts';
import { type Client, flushClient, sendFrames, sendSignal, tickClient } from './client.ts';

export function createReaders() {
  const clients = new Set<Client>();

  return {
    count: () => clients.size,

    isWatched(topic: string): boolean {
      for (const { topics } of clients) if (topics.has(topic)) return true;
      return false;
    },

    /** `onLeave` is called when its connection has closed. */
    add(client: Client, onLeave: () => void) {
      clients.add(client);
      client.response.on('close', () => {
        clients.delete(client);
        onLeave();
      });
      client.response.on('drain', () => flushClient(client));
    },

    /** Sends to each reader the cards that it watches. */
    send(cards: LiveCard[]) {
      for (const client of clients) sendFrames(client, cards);
    },

    /** Sends to all readers, whichever cards they watch. */
    signal(frame: Buffer) {
      for (const client of clients) sendSignal(client, frame);
    },

    /** Sends the heartbeat, and closes readers that read nothing. */
    tick(frame: Buffer) {
      for (const client of clients) tickClient(client, frame);
    },

    close() {
      for (const { response } of clients) response.end();
      clients.clear();
    },
  };
}
