// The answer of a remote worker to one job: vectors, an outage, or the fault of a text.
import type { CountUsage } from '../cost-store/usage-item.ts';
import { builtIn } from './built-in.ts';
import { type Embedder, EmbeddingOutage } from './embedder.ts';
import type { Job, Redis } from './queue-packages.ts';
import {
  type Answer,
  type EmbeddingJob,
  encodeVectors,
  type HostFacts,
  inboxKey,
  keyMs,
  type Usage,
  waitingKey,
} from './remote-protocol.ts';

type Bare<One> = One extends Answer ? Omit<One, 'host' | 'usage'> : never;

type Given = { redis: Redis; embedder: Embedder; facts: HostFacts };

export type Answering = ReturnType<typeof createAnswering>;

/** Jobs are answered one after another, so that the usage of each is known. */
export function createAnswering() {
  let usage: Usage[] = [];
  let giveUp = () => {};

  return {
    countUsage: ((item, quantity, isEstimate = false) =>
      void usage.push({ item, quantity, isEstimate })) satisfies CountUsage,

    /** Embeds the texts of the job, unless its client is gone. The answer reaches the client before the job leaves the queue. */
    async answer({ redis, embedder, facts }: Given, { id, data }: Job<EmbeddingJob>) {
      const { inbox, texts } = data;
      if ((await redis.exists(waitingKey(inbox))) === 0) return;
      usage = [];
      const bare = await new Promise<Bare<Answer>>((resolve, reject) => {
        giveUp = () => resolve(refusal('it is stopping'));
        embed(embedder, facts.model, data).then(resolve, reject);
      });
      facts.jobs += 1;
      if (bare.kind === 'vectors') facts.texts += texts.length;
      const answer: Answer = { host: facts.name, usage, ...bare };
      await redis.rpush(inboxKey(inbox), JSON.stringify({ id, answer }));
      await redis.pexpire(inboxKey(inbox), keyMs.inbox);
    },

    /** Returns the current job without vectors: its entries stay pending. */
    giveUp: () => giveUp(),
  };
}

async function embed(
  embedder: Embedder,
  own: string,
  { model, version, texts }: EmbeddingJob,
): Promise<Bare<Answer>> {
  if (model !== own)
    return refusal(`it embeds with ${own}, not ${model}; give it the server's CHL_EMBEDDING_MODEL`);
  if (version !== null && version !== builtIn.version)
    return refusal(`its built-in embedder has version ${builtIn.version}, not ${version}; update it`);
  try {
    const vectors = await embedder.embed(texts);
    return { kind: 'vectors', ...sizeOf(embedder), vectors: encodeVectors(vectors) };
  } catch (error) {
    if (!(error instanceof EmbeddingOutage)) return { kind: 'fault', fault: (error as Error).message };
    const { message, words, reason, retryAfterMs } = error;
    return { kind: 'outage', outage: { message, words, reason, retryAfterMs } };
  }
}

const sizeOf = ({ dimension, version }: Embedder) => ({ dimension, version });

function refusal(words: string): Bare<Answer> {
  return { kind: 'outage', outage: { message: `${words}.`, words, reason: 'service', retryAfterMs: 0 } };
}
