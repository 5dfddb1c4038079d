// Full batches of cards back to back: for tests, and for a look at the stream with curl.
import type { FastifyReply } from 'fastify';
import { openClient, whenTaken } from './client.ts';

/** Sends `cycles` batches, each when the reader has taken the one before, then ends. */
export async function sendCycles(reply: FastifyReply, cycles: number, renderBatch: () => Promise<Buffer>) {
  let batch = await renderBatch();
  const { response } = openClient(reply, new Set(), 0);
  try {
    for (let turn = 1; !response.destroyed; turn += 1) {
      response.write(batch);
      if (turn === cycles) return;
      await whenTaken(response);
      batch = await renderBatch();
    }
  } finally {
    response.end();
  }
}
