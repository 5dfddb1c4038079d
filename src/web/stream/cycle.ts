// Sends full batches of cards back to back, for tests and for curl.
import type { ServerResponse } from 'node:http';
import { setImmediate } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Role } from '../../core/role.ts';
import type { Cards } from '../cards.ts';
import { identityOf } from '../identify.ts';
import { openClient, whenDrained } from './client.ts';
import type { Frames } from './frames.ts';
import type { Opened, Readers } from './readers.ts';
import { readTopics } from './topics.ts';

/** `newTick` gives the heartbeat, with which each batch ends. `admit` throws `too_many_streams`. */
type Given = {
  cards: Cards;
  frames: Frames;
  defaultTopics: string[];
  newTick: () => Buffer;
  readers: Readers;
  admit(request: FastifyRequest): Opened;
};
type Query = { topics?: string; cycles: number };

/** Returns a function that sends `cycles` batches, each when the socket has drained, then ends; also when the role of its reader
 *  ends. */
export function createCycle(given: Given) {
  return async (request: FastifyRequest, reply: FastifyReply, { topics: asked, cycles }: Query) => {
    const { role } = identityOf(request);
    const topics = readTopics(asked, { ...given, role });
    let batch = await renderBatch(given, topics, role);
    const opened = given.admit(request);
    const client = openClient(reply, { role, topics: new Set(), since: 0 });
    const { response } = client;
    if (response.destroyed) return;
    given.readers.add(client, opened, () => {});
    try {
      for (let turn = 1; isOpen(response); turn += 1) {
        response.write(batch);
        if (turn === cycles) return;
        await whenDrained(response);
        // The socket of a fast reader drains without a turn of the event loop.
        await setImmediate();
        given.readers.endRefused();
        batch = await renderBatch(given, topics, role);
      }
    } finally {
      response.end();
    }
  };
}

function isOpen({ destroyed, writableEnded }: ServerResponse): boolean {
  return !destroyed && !writableEnded;
}

async function renderBatch(
  { cards, frames, newTick }: Given,
  topics: Set<string>,
  role: Role,
): Promise<Buffer> {
  const batch: Buffer[] = [];
  for (const topic of topics) {
    const card = cards.find(topic);
    if (card) batch.push(frames.ofCard(topic, frames.nextVersion(), await cards.render(card, role)));
  }
  return Buffer.concat([...batch, newTick()]);
}
