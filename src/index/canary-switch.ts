// Asks the canaries of a finished generation, in the job that is about to switch to it.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { explain } from '../core/faults.ts';
import type { Db } from '../core/db/open.ts';
import type { ArgumentProperty } from '../core/operation.ts';
import type { Embedder, Model } from '../embedding/embedder.ts';
import type { ScriptContext } from '../jobs/script.ts';
import type { Canary } from './canary.ts';
import { type CanaryResult, checkCanaries } from './canary-check.ts';
import { generationFiles, nullIfBroken, readPointer } from './generation.ts';
import { openGeneration } from './generation-search.ts';
import { readMeta } from './meta.ts';
import { createIndexRepository } from './repository.ts';

export type CanaryContext = Pick<ScriptContext, 'progress'> & {
  config: Pick<Config, 'indexFolder'>;
  library: Db;
  model: Model | Embedder;
  canaries: readonly Canary[];
};

/** `folder`: the generation's in the index folder. `name`: of the generation in messages, such as `The new index`. */
type Draft = { folder: string; name: string };

/** The arguments of a run that switches. */
export type SwitchArguments = { despite_canaries?: boolean };

/** Throws `bad_input` with `canary_missed` when it misses more than the live one and `despite_canaries` is not given. */
export async function askCanaries(
  { config: { indexFolder }, library, model, canaries, progress }: CanaryContext,
  { folder, name }: Draft,
  { despite_canaries: isForced = false }: SwitchArguments,
): Promise<CanaryResult> {
  const live = nullIfBroken(() => readPointer(indexFolder)?.current) ?? null;
  const repository = createIndexRepository(library);
  const embedded = canaries.length > 0 ? await embedQueries(model, canaries) : model;
  const open = (generation: string) => openGeneration(indexFolder, generation, embedded, library);
  return checkCanaries({
    canaries,
    hasEntry: ({ kind, entity_id }) => repository.hasEntry(kind, entity_id),
    live:
      live === null
        ? null
        : () => {
            assertModel(path.join(indexFolder, live), model);
            return open(live);
          },
    draft: () => open(folder),
    draftName: name,
    isForced,
    onProgress: (done, total) => progress(done, total, 'canaries'),
    report: console.log,
  });
}

/** Returns an embedder that knows the vectors of the queries, from one call, for both generations. If the service does not answer,
 *  no query waits for it again: words alone decide. */
async function embedQueries(model: Model | Embedder, canaries: readonly Canary[]): Promise<Embedder> {
  const queries = canaries.map(({ query }) => query);
  const { name, isLexical } = model;
  const known = { name, isLexical, version: '', dimension: 0, probe: async () => {} };
  try {
    const embedder = 'embed' in model ? model : await model.open();
    const vectors = await embedder.embed(queries);
    const vectorOf = (text: string) => vectors[queries.indexOf(text)] ?? new Float32Array();
    return { ...known, embed: async (texts) => texts.map(vectorOf) };
  } catch (error) {
    console.log(`The canaries are searched by words only: ${explain(error)}`);
    return { ...known, embed: () => Promise.reject(error) };
  }
}

/** Throws one sentence for a live index of another model: the embedder's vectors do not fit it. */
function assertModel(folder: string, model: Model | Embedder) {
  const { meta } = generationFiles(folder);
  const { model: built } = readMeta(meta);
  if (built !== model.name) throw new Error(`It was built with ${built}; the settings name ${model.name}.`);
}

/** A person decides it on the page of a job that has failed, so no form offers it and no schedule keeps it. */
export const despiteCanariesArgument: ArgumentProperty = {
  type: 'boolean',
  title: 'Switch even if canaries are missed',
  description: 'Uses the index although it misses more canaries than the live one.',
  default: false,
  hidden: true,
  perRun: true,
};

export const canaryPhases = { canaries: 'Asking the canaries' };

export const despiteCanaries = 'The index is switched even if it misses canaries that the live one finds.';
