// Chooses the embedder that the settings name: a service, or the built-in one; on this machine, or on remote workers.
import type { Config } from '../core/config.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { builtIn } from './built-in.ts';
import type { Embedder, Model } from './embedder.ts';
import type { HttpOptions } from './http.ts';
import type { RemoteOptions } from './remote.ts';

type Settings = Pick<Config, 'embedding' | 'embeddingQueue'>;

/** `countUsage` gets the tokens of each answer of a service. Its client is loaded only when one is named: it is a third of what
 *  a search thread loads. So is that of the queue. */
export async function chooseEmbedder(
  { embedding, embeddingQueue }: Settings,
  countUsage: CountUsage,
  options: HttpOptions & RemoteOptions = {},
): Promise<Model> {
  if (embeddingQueue !== null) {
    const { createRemoteModel } = await import('./remote.ts');
    const { name, isLexical, dimension, version } = builtIn;
    const base = embedding
      ? { name: embedding.model, isLexical: false, dimension: null, version: null }
      : { name, isLexical, dimension, version };
    return createRemoteModel(base, embeddingQueue, countUsage, options);
  }
  if (embedding) return (await import('./http.ts')).createHttpModel(embedding, countUsage, options);
  const { name, isLexical, dimension } = builtIn;
  return { name, isLexical, dimension, label: name, open: async () => builtIn };
}

/** Opens the model on its first use: a worker can start while its service is down, and then reports the outage. Opens it
 *  anew when the service has another model. */
export function openOnFirstUse(model: Model, onOpen: (embedder: Embedder) => Promise<unknown>): Embedder {
  let opened: Embedder | null = null;
  return {
    name: model.name,
    isLexical: model.isLexical,
    get version() {
      return opened?.version ?? '';
    },
    get dimension() {
      return opened?.dimension ?? 0;
    },
    embed: async (texts) => (await open()).embed(texts),
    probe: async () => (await open()).probe(),
  };

  async function open(): Promise<Embedder> {
    const embedder = await model.open();
    if (embedder !== opened) await onOpen(embedder);
    opened = embedder;
    return embedder;
  }
}
