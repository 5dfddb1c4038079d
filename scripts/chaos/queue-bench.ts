// A library with two connections, an embedding queue on each, and a clock that only a test moves. Used by the contract of
// queues and by the random walk against their model.
import path from 'node:path';
import { prepareLibrary } from '../../src/core/db/library.ts';
import { type Db, openDatabase, scriptBusyMs } from '../../src/core/db/open.ts';
import type { Claim, ClaimRequest, EmbeddingQueue } from '../../src/embedding/queue.ts';

export type OpenQueue = (library: Db, now: () => Date) => EmbeddingQueue;
export type QueueBench = Awaited<ReturnType<typeof openQueueBench>>;

export const queueModel = { name: 'three/numbers', version: '1', dimension: 3 };
export const leaseMs = 60_000;

/** `root` must exist. The library has only the category GEN. */
export async function openQueueBench(root: string, openQueue: OpenQueue) {
  const file = path.join(root, 'chl.db');
  const { library } = prepareLibrary(file);
  const second = openDatabase(file, { busyMs: scriptBusyMs });
  // The bench makes many small commits and needs no durability.
  for (const db of [library, second]) db.pragma('synchronous = OFF');
  library.exec(`INSERT INTO categories VALUES ('GEN', 'Category GEN', NULL, '2026-01-01T00:00:00.000Z')`);
  let time = Date.parse('2026-03-01T12:00:00.000Z');
  const now = () => new Date(time);
  const queue = openQueue(library, now);
  await queue.useModel(queueModel);
  return {
    library,
    queue,
    elsewhere: openQueue(second, now),
    now: () => time,
    pass: (ms: number) => {
      time += ms;
    },
    claim: (request: Partial<ClaimRequest> = {}, from = queue) =>
      from.claim({ claimant: 'ada', model: queueModel, size: 10, leaseMs, ...request }),
    complete: (claims: Claim[], claimant = 'ada', from = queue) =>
      from.complete(
        claimant,
        queueModel,
        claims.map((claim) => ({ claim, vector: new Float32Array([1, 0, 0]) })),
      ),
    close() {
      second.close();
      library.close();
    },
  };
}
