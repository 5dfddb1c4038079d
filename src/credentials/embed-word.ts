// Embeds a word with an embedder, to see whether it answers, with which model and dimension.
import type { Config } from '../core/config.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { chooseEmbedder } from '../embedding/choose.ts';

/** A person waits, so nothing is repeated. */
const patience = { timeoutMs: 15_000, retryMs: [], patienceMs: 0 };
const word = 'library';

export type EmbeddedWord = { text: string; model: string; dimension: number };

/** Null: the built-in embedder. Throws `EmbeddingOutage`, with what to do. */
export async function embedWord(
  embedding: Config['embedding'],
  countUsage: CountUsage,
): Promise<EmbeddedWord> {
  // The settings may be new, which remote workers do not have yet: this machine asks.
  const model = await chooseEmbedder({ embedding, embeddingQueue: null }, countUsage, patience);
  const [vector] = await (await model.open()).embed([word]);
  const dimension = vector?.length ?? 0;
  return {
    model: model.name,
    dimension,
    text: `“${word}” came back as ${dimension} numbers from ${model.label}.`,
  };
}
