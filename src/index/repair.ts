// The work of the operation `repair`: a rebuild, or nothing when the live index is intact and holds exactly the library.
import { explain } from '../core/faults.ts';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { SwitchArguments } from './canary-switch.ts';
import { generationFiles, readPointer } from './generation.ts';
import { type RebuildContext, rebuildIndex } from './rebuild.ts';
import { createIndexRepository } from './repository.ts';
import { countSyncStates } from './sync-state.ts';
import { verifyGeneration } from './verify.ts';

/** `repaired`: stale, missing and failed entries, and orphan vectors, before the run. `words_rewritten`: whether the word index was
 *  missing or damaged. Throws as `rebuildIndex` does. */
export async function repairIndex(args: SwitchArguments, context: RebuildContext) {
  const live = readLive(context);
  const index = live && { ...live, isOrphan: new Uint8Array(live.meta.count) };
  const repository = createIndexRepository(context.library);
  const counts = await countSyncStates(repository, index, () => setImmediate());
  const { entries, fresh, stale, missing, failed, orphans } = counts;
  const repaired = entries - fresh + orphans;
  if (live && repaired === 0 && live.wordsProblem === null) {
    console.log(`Nothing to repair: the index matches the ${entries} entries of the library.`);
    return { entries, ...describeUnchanged(live), repaired, words_rewritten: false };
  }
  if (live?.wordsProblem) console.log(live.wordsProblem);
  console.log(
    `To repair: ${stale} stale, ${missing} missing, ${failed} failed, ${orphans} removed from the library.`,
  );
  return rebuildIndex(args, context, { repaired, words_rewritten: Boolean(live?.wordsProblem) });
}

/** Null without a usable live index: then every entry is missing. */
function readLive({ config, model, progress }: RebuildContext) {
  try {
    const generation = readPointer(config.indexFolder)?.current;
    if (generation === undefined) return null;
    const files = generationFiles(path.join(config.indexFolder, generation));
    const { meta, rows, index, wordsProblem } = verifyGeneration(files, (done, total) =>
      progress(done, total, 'check'),
    );
    if (meta.model === model.name && meta.dimension === model.dimension) {
      return { generation, meta, bytes: index.bytes, rows, wordsProblem };
    }
    console.log(`The live index was built with ${meta.model}; the model is ${model.name}.`);
  } catch (error) {
    console.log(`The live index cannot be used: ${explain(error)}`);
  }
  return null;
}

function describeUnchanged({ generation, meta, bytes }: NonNullable<ReturnType<typeof readLive>>) {
  const { count, model, dimension, sha256 } = meta;
  const kept = { embedded: 0, reused: count, removed: 0, failed: 0 };
  return { ...kept, vectors: count, model, dimension, sha256, bytes, generation };
}
