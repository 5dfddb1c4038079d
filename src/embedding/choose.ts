// Chooses the embedder that the settings name: a service, or the built-in one.
import type { Config } from '../core/config.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { builtIn } from './built-in.ts';
import type { Embedder, Model } from './embedder.ts';
import type { HttpOptions } from './http.ts';

/** `countUsage` gets the tokens of each answer of a service. Its client is loaded only when one is named: it is a third of what
 *  a search thread loads. */
export async function chooseEmbedder(
  { embedding }: Pick<Config, 'embedding'>,
  countUsage: CountUsage,
  options?: HttpOptions,
): Promise<Model> {
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
