// Which embedder the settings name: the built-in one, or a service.
import type { Config } from '../config.ts';
import { builtIn } from './built-in.ts';
import type { Model } from './embedder.ts';
import { createHttpModel, type HttpOptions } from './http.ts';

export function chooseEmbedder({ embedding }: Pick<Config, 'embedding'>, options?: HttpOptions): Model {
  if (embedding) return createHttpModel(embedding, options);
  const { name, isLexical, dimension } = builtIn;
  return { name, isLexical, dimension, open: async () => builtIn };
}
