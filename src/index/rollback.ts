// The work of the operation `rollback`: the pointer's two generations change places; a second roll back undoes the first.
import { explain } from '../core/faults.ts';
import path from 'node:path';
import { badInput } from '../core/errors.ts';
import { askCanaries, type SwitchArguments } from './canary-switch.ts';
import { countCoverage, describeCoverage } from './coverage.ts';
import { generationFiles, readPointer, rollBack } from './generation.ts';
import { type SwitchContext, switchAndRecord } from './switch.ts';
import { verifyGeneration } from './verify.ts';

/** Throws `bad_input` with `no_previous`, `previous_unusable` or `canary_missed`. */
export async function rollBackIndex(args: SwitchArguments, context: SwitchContext) {
  const { config, library, job, progress } = context;
  const pointer = readPointer(config.indexFolder);
  if (!pointer?.previous) {
    throw badInput('no_previous', 'There is no previous index to roll back to. The current index stays.');
  }
  const vectors = readUsable(context, path.join(config.indexFolder, pointer.previous));
  progress(0, 1, 'coverage');
  const coverage = countCoverage(library, vectors);
  const { previous: generation, current: previous } = pointer;
  const asked = { folder: generation, name: 'The previous index' };
  const canaries = await askCanaries(context, asked, args);
  const result = { vectors: vectors.length, generation, previous, coverage, canaries };
  switchAndRecord(context, result, () =>
    rollBack(config.indexFolder, { job_id: job.id, attempt: job.attempt, result }),
  );
  console.log(
    `Switched back to ${result.generation} with ${vectors.length} vectors: it ${describeCoverage(coverage)}.`,
  );
  return result;
}

/** Returns the entries of its vectors. The settings may name another model by now, and the files may be damaged. */
function readUsable({ model, progress }: SwitchContext, folder: string) {
  try {
    const { meta, wordsProblem } = verifyGeneration(generationFiles(folder), (done, total) =>
      progress(done, total, 'verify'),
    );
    const isOfModel = meta.model === model.name && meta.dimension === (model.dimension ?? meta.dimension);
    if (isOfModel && wordsProblem !== null) console.log(`${wordsProblem} Search compares meaning only.`);
    if (isOfModel) return meta.vectors;
    throw new Error(`It was built with ${meta.model}; the settings name ${model.name}.`);
  } catch (error) {
    const why = `${explain(error)} The current index stays.`;
    throw badInput('previous_unusable', `The previous index cannot be used: ${why}`);
  }
}
