// The work of the operation `index`: embeds missing and stale entries, builds a generation, verifies it, switches to it. The
// live index stays in use until the switch; an interrupted run keeps the embeddings that it committed.
import type { Config } from '../core/config.ts';
import path from 'node:path';
import { explain } from '../core/faults.ts';
import type { OnProgress } from '../core/progress.ts';
import type { CountUsage } from '../cost-store/usage-item.ts';
import { createCountedQueue } from '../embedding/counted-queue.ts';
import { embedSelection } from '../embedding/embed.ts';
import { runPatience } from '../embedding/outage-wait.ts';
import type { Embedder } from '../embedding/embedder.ts';
import type { Selection } from '../embedding/queue.ts';
import {
  createEmbeddingRepository,
  type EmbeddingRepository,
  prepareQueueCounts,
} from '../embedding/repository.ts';
import { createSqliteQueue } from '../embedding/sqlite-queue.ts';
import { AppError, badInput } from '../core/errors.ts';
import { buildGeneration } from './build.ts';
import { type GenerationFiles, liveFiles, nullIfBroken, switchTo, writeBuiltBy } from './generation.ts';
import { askCanaries, type SwitchArguments } from './canary-switch.ts';
import { type IndexMeta, readMeta } from './meta.ts';
import { type SwitchContext, switchAndRecord } from './switch.ts';
import { verifyGeneration } from './verify.ts';

export type RebuildArguments = Selection & SwitchArguments & { full?: boolean };

export type RebuildContext = Omit<SwitchContext, 'model' | 'config'> & {
  config: Pick<Config, 'indexFolder' | 'embeddingBatch'>;
  model: Embedder;
  countUsage: CountUsage;
};

/** `found`: facts from before the rebuild that belong to its result. Throws `bad_input` with `unknown_category`, `unknown_entry`,
 *  `empty_library`, `nothing_to_index` or `canary_missed`. */
export async function rebuildIndex(args: RebuildArguments, context: RebuildContext, found = {}) {
  const { config, library, model, job, progress } = context;
  const repository = createEmbeddingRepository(library);
  assertSelection(repository, args);
  const queue = createCountedQueue(createSqliteQueue(library), context.countUsage);
  const { embedded, failed } = await embedSelection({
    queue,
    repository,
    model,
    claimant: `index of ${config.indexFolder}`,
    leaseMs,
    selection: args,
    full: args.full ?? false,
    batchMax: config.embeddingBatch,
    patience: runPatience,
    report: console.log,
    onProgress: (done, total) => progress(done, total, 'embed'),
  });
  console.log(`Embedded ${embedded} entries with ${model.name}; ${failed} failed.`);
  for (const { kind, id, title, error } of await queue.failed(Math.min(failed, maxNamed)))
    console.log(`The ${kind} ${id} “${title}” failed: ${error}`);
  const { draft, files, meta, index } = buildGeneration({
    library,
    model,
    indexFolder: config.indexFolder,
    jobId: job.id,
    now: new Date(),
    onProgress: progress,
  });
  verifyOrFail(files, (done, total) => progress(done, total, 'verify'));
  const asked = { folder: path.basename(draft.folder), name: 'The new index' };
  const canaries = await askCanaries(context, asked, args);
  const result = {
    entries: repository.countEntries(),
    embedded,
    reused: Math.max(0, meta.count - embedded),
    removed: countRemoved(config.indexFolder, meta),
    failed: prepareQueueCounts(library)().failed.total,
    vectors: meta.count,
    model: meta.model,
    dimension: meta.dimension,
    sha256: meta.sha256,
    bytes: index.bytes,
    generation: draft.name,
    canaries,
    ...found,
  };
  writeBuiltBy(draft, { job_id: job.id, attempt: job.attempt, result });
  switchAndRecord(context, result, () => switchTo(config.indexFolder, draft));
  console.log(`Switched to ${draft.name} with ${meta.count} vectors.`);
  return result;
}

/** The log names so many of the entries that failed; the queue card has all. */
const maxNamed = 20;

/** The entries that a killed run had claimed stay reserved for this long. */
const leaseMs = 30_000;

function assertSelection(repository: EmbeddingRepository, { category, entry }: Selection) {
  if (category !== undefined && !repository.hasCategory(category)) {
    throw badInput('unknown_category', `The library has no category ${JSON.stringify(category)}.`);
  }
  if (entry !== undefined && repository.countEntries({ category, entry }) === 0) {
    const where = category === undefined ? 'The library' : `Category ${category}`;
    throw badInput('unknown_entry', `${where} has no entry ${JSON.stringify(entry)}.`);
  }
  if (repository.countEntries() > 0) return;
  throw badInput(
    'empty_library',
    'The library is empty, so there is nothing to index. Import a sheet first: on the Operations page, or with npm run chl -- import.',
  );
}

function verifyOrFail(files: GenerationFiles, onProgress: OnProgress) {
  try {
    const { wordsProblem } = verifyGeneration(files, onProgress);
    if (wordsProblem !== null) throw new Error(wordsProblem);
  } catch (error) {
    const reason = explain(error);
    throw new AppError('internal', `The new index is not used: ${reason} The live one stays. Rebuild again.`);
  }
}

/** The number of entries in the live index that the new one lacks; 0 when the live index cannot be read. */
function countRemoved(indexFolder: string, { vectors }: IndexMeta): number {
  const live = nullIfBroken(() => {
    const files = liveFiles(indexFolder);
    return files && readMeta(files.meta);
  });
  if (!live) return 0;
  const key = ({ kind, entity_id }: IndexMeta['vectors'][number]) => `${kind} ${entity_id}`;
  const held = new Set(vectors.map(key));
  return live.vectors.filter((vector) => !held.has(key(vector))).length;
}
