import type { Test } from 'tap';
import { type OpenQueue, openQueueBench } from '../../scripts/chaos/queue-bench.ts';
import type { ClaimRequest } from '../../src/embedding/queue.ts';
import { makeFolder } from './folder.ts';

/** An empty library with two queues, closed with the test. */
export async function openBench(t: Test, openQueue: OpenQueue) {
  const bench = await openQueueBench(makeFolder(t), openQueue);
  const { library, claim } = bench;
  t.teardown(bench.close);
  return {
    ...bench,
    claimOne: async (request: Partial<ClaimRequest> = {}) => {
      const [first] = await claim({ size: 1, ...request });
      if (!first) throw new Error('Nothing could be claimed.');
      return first;
    },
    statusOf: (id: string) =>
      library
        .prepare(
          `SELECT embedding_status FROM (SELECT id, embedding_status FROM experiences
             UNION ALL SELECT id, embedding_status FROM category_manuals) WHERE id = ?`,
        )
        .pluck()
        .get(id),
    embeddings: () => library.prepare('SELECT count(*) FROM embeddings').pluck().get(),
  };
}
