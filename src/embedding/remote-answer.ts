// The answer of a remote worker to one job: vectors, an outage, or the fault of a text.
import { randomUUID } from 'node:crypto';
import os from 'node:os';
import { type Config, version } from '../core/config.ts';
import { builtIn } from './built-in.ts';
import { chooseEmbedder, openOnFirstUse } from './choose.ts';
import { type Embedder, EmbeddingOutage } from './embedder.ts';
import type { HttpOptions } from './http.ts';
import {
  type Answer,
  type EmbeddingJob,
  encodeVectors,
  type HostFacts,
  type Usage,
} from './remote-protocol.ts';

type Bare<One> = One extends Answer ? Omit<One, 'host' | 'usage'> : never;

/** The embedder of the settings, and what this process reports about itself. Jobs are answered one after another, so that the
 *  usage of each is known. */
export async function createAnswering(
  { embedding }: Pick<Config, 'embedding'>,
  options: HttpOptions | undefined,
) {
  let usage: Usage[] = [];
  const model = await chooseEmbedder(
    { embedding, embeddingQueue: null },
    (item, quantity, isEstimate = false) => void usage.push({ item, quantity, isEstimate }),
    options,
  );
  const embedder = openOnFirstUse(model, async () => {});
  const facts = introduce(model.name);
  return {
    facts,
    label: model.label,

    async answer(job: EmbeddingJob): Promise<Answer> {
      usage = [];
      const bare = await embed(embedder, job);
      facts.jobs += 1;
      if (bare.kind === 'vectors') facts.texts += job.texts.length;
      return { host: facts.name, usage, ...bare };
    },
  };
}

/** Two remote workers may run on one host. */
function introduce(model: string): HostFacts {
  const host = os.hostname();
  const name = `${host.replace(/[^\w.-]/g, '-')}-${randomUUID().slice(0, 4)}`;
  return { name, host, version, model, since: new Date().toISOString(), jobs: 0, texts: 0 };
}

async function embed(embedder: Embedder, { model, version, texts }: EmbeddingJob): Promise<Bare<Answer>> {
  if (model !== embedder.name)
    return refusal(`it embeds with ${embedder.name}, not ${model}; give it the server's CHL_EMBEDDING_MODEL`);
  if (version !== null && version !== builtIn.version)
    return refusal(`its built-in embedder has version ${builtIn.version}, not ${version}; update it`);
  try {
    const vectors = encodeVectors(await embedder.embed(texts));
    return { kind: 'vectors', dimension: embedder.dimension, version: embedder.version, vectors };
  } catch (error) {
    if (!(error instanceof EmbeddingOutage)) return { kind: 'fault', fault: (error as Error).message };
    const { message, words, reason, retryAfterMs } = error;
    return { kind: 'outage', outage: { message, words, reason, retryAfterMs } };
  }
}

function refusal(words: string): Bare<Answer> {
  return { kind: 'outage', outage: { message: `${words}.`, words, reason: 'service', retryAfterMs: 0 } };
}
