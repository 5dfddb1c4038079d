// The open connections of the stream.
import type { Authenticate, Credentials } from '../../core/identity.ts';
import type { Log } from '../../core/log.ts';
import type { Role } from '../../core/role.ts';
import type { LiveCard } from './live-card.ts';
import { type Client, flushClient, sendFrames, sendSignal, tickClient } from './client.ts';

/** `owner`: the browser that opened it; `credentials`: those that it was opened with. */
export type Opened = { owner: string | null; credentials: Credentials };

/** Empties the id of the last event: a reader that returns with another role has none of its cards. */
const refused = 'event: refused\nid\ndata: \n\n';

export type Readers = ReturnType<typeof createReaders>;

export function createReaders(authenticate: Pick<Authenticate, 'roleOf'>, log: Log) {
  const clients = new Map<Client, Opened>();

  return {
    count: () => clients.size,

    countOf: (owner: string) => [...clients.values()].filter((one) => one.owner === owner).length,

    isWatched(topic: string, role: Role): boolean {
      for (const one of clients.keys()) if (one.role === role && one.topics.has(topic)) return true;
      return false;
    },

    /** `onLeave` is called when its connection has closed. */
    add(client: Client, opened: Opened, onLeave: () => void) {
      clients.set(client, opened);
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

    /** Ends the streams whose credentials have another role now, or none. */
    endRefused() {
      try {
        endWithout(clients, authenticate.roleOf);
      } catch (error) {
        log.error({ err: error }, 'the tokens of open streams could not be checked');
      }
    },

    /** Ends the streams of browsers that get none any more. */
    endOthers(hasStream: (owner: string) => boolean) {
      for (const [client, { owner }] of clients)
        if (owner !== null && !hasStream(owner)) client.response.end();
    },

    close() {
      for (const { response } of clients.keys()) response.end();
      clients.clear();
    },
  };
}

/** Equal credentials are looked up once. */
function endWithout(clients: Map<Client, Opened>, roleOf: Authenticate['roleOf']) {
  const roles = new Map<string, Role | null>();
  for (const [client, { credentials }] of clients) {
    const key = `${credentials.bearer} ${credentials.session}`;
    if (!roles.has(key)) roles.set(key, roleOf(credentials));
    if (roles.get(key) === client.role) continue;
    clients.delete(client);
    if (client.response.writableNeedDrain) client.response.destroy();
    else client.response.end(refused);
  }
}
