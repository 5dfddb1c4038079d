// Sends full batches of cards back to back, for tests and for curl.
import type { FastifyReply } from 'fastify';
import type { Role } from '../../core/role.ts';
import { openClient, whenDrained } from './client.ts';

/** Sends `cycles` batches for a role, each when the socket has drained, then ends. */
export async function sendCycles(
  reply: FastifyReply,
  { cycles, role }: { cycles: number; role: Role },
  renderBatch: () => Promise<Buffer>,
) {
  let batch = await renderBatch();
  const { response } = openClient(reply, { role, topics: new Set(), since: 0 });
  try {
    for (let turn = 1; !response.destroyed; turn += 1) {
      response.write(batch);
      if (turn === cycles) return;
      await whenDrained(response);
      batch = await renderBatch();
    }
  } finally {
    response.end();
  }
}
