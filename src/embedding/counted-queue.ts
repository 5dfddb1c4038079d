// The embedding queue of a process that counts the entries that it embeds.
import type { CountUsage } from '../cost-store/usage-item.ts';
import type { Claim, EmbeddingQueue } from './queue.ts';

/** The same queue; entries whose vector was written are counted by kind. When some of a batch were lost, e.g. because their text
 *  has changed meanwhile, the kinds are counted in proportion. */
export function createCountedQueue(queue: EmbeddingQueue, countUsage: CountUsage): EmbeddingQueue {
  return {
    ...queue,
    async complete(claimant, model, done) {
      const written = await queue.complete(claimant, model, done);
      const manuals = done.filter(({ claim }: { claim: Claim }) => claim.kind === 'manual').length;
      const writtenManuals =
        written === done.length ? manuals : Math.round((written * manuals) / done.length);
      countUsage('embedded_manuals', writtenManuals);
      countUsage('embedded_experiences', written - writtenManuals);
      return written;
    },
  };
}
