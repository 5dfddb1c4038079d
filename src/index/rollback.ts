// What the operation `rollback` does: the previous generation becomes the live one, and the live one the previous, so
// that it can be gone back to as well. Only the pointer changes.
import path from 'node:path';
import { AppError } from '../core/errors.ts';
import { recordApplied } from '../library/applied.ts';
import { generationFiles, readPointer, rollBack } from './generation.ts';
import { countCoverage, wordCoverage } from './coverage.ts';
import type { SwitchContext, SwitchResult } from '../snapshots/install.ts';
import { verifyGeneration } from './verify.ts';

/** `bad_input` with `no_previous` or `previous_unusable`. */
export function rollBackIndex(context: SwitchContext): SwitchResult {
  const { config, library, job, progress } = context;
  const pointer = readPointer(config.indexFolder);
  if (!pointer?.previous) {
    throw new AppError('bad_input', 'There is no previous index to roll back to. The current index stays.', {
      code: 'no_previous',
    });
  }
  const vectors = readUsable(context, path.join(config.indexFolder, pointer.previous));
  progress(0, 1, 'coverage');
  const coverage = countCoverage(library, vectors);
  const result = {
    vectors: vectors.length,
    generation: pointer.previous,
    previous: pointer.current,
    coverage,
  };
  progress(0, 1, 'switch');
  context.assertFence();
  rollBack(config.indexFolder, { job_id: job.id, attempt: job.attempt, result });
  recordApplied(library, { job, result, at: new Date().toISOString() });
  progress(1, 1, 'switch');
  console.log(
    `Switched back to ${result.generation} with ${vectors.length} vectors: it ${wordCoverage(coverage)}.`,
  );
  return result;
}

/** The previous generation may be of another model than the settings name now, or damaged on the disk. */
function readUsable({ model, progress }: SwitchContext, folder: string) {
  try {
    const { meta } = verifyGeneration(generationFiles(folder), (done, total) =>
      progress(done, total, 'verify'),
    );
    const isOfModel = meta.model === model.name && meta.dimension === (model.dimension ?? meta.dimension);
    if (isOfModel) return meta.vectors;
    throw new Error(`It was built with ${meta.model}; the settings name ${model.name}.`);
  } catch (error) {
    const why = (error as Error).message;
    throw new AppError('bad_input', `The previous index cannot be used: ${why} The current index stays.`, {
      code: 'previous_unusable',
    });
  }
}
