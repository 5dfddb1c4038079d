// What the operation `snapshot` does: a staged snapshot is verified once more and becomes the live generation. Until the
// switch the live index is untouched, and the staged files stay until after it, so that a retry finds them.
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import type { Model } from '../embedding/embedder.ts';
import { AppError } from '../core/errors.ts';
import { recordApplied } from '../library/applied.ts';
import type { ScriptContext } from '../jobs/script.ts';
import {
  linkBackup,
  linkInto,
  generationFiles,
  readPointer,
  startGeneration,
  switchTo,
  writeBuiltBy,
} from '../index/generation.ts';
import { type Coverage, countCoverage, wordCoverage } from '../index/coverage.ts';
import { assertDimension, refusal, wrongModel } from './refusal.ts';
import { findStaged, removeStaged, type Staged, stagedFolder } from './staging.ts';
import { verifyGeneration } from '../index/verify.ts';

export type SwitchResult = {
  vectors: number;
  generation: string;
  previous: string | null;
  coverage: Coverage;
};

export type SwitchContext = Pick<ScriptContext, 'job' | 'progress' | 'assertFence'> & {
  config: Pick<Config, 'indexFolder'>;
  library: Db;
  model: Pick<Model, 'name' | 'dimension'>;
};

/** `bad_input` with `staged_gone`, `index_changed`, `model_mismatch` or `dimension_mismatch`. */
export function installSnapshot(args: { staged_id?: string }, context: SwitchContext): SwitchResult {
  const { config, library, model, job, progress } = context;
  const staged = findStagedOrRefuse(config.indexFolder, args.staged_id);
  const files = generationFiles(stagedFolder(config.indexFolder, staged.staged_id));
  const vectors = verifyOrRefuse(files, model, (done, total) => progress(done, total, 'verify'));
  progress(0, 1, 'coverage');
  const coverage = countCoverage(library, vectors);
  const draft = startGeneration(config.indexFolder, new Date());
  for (const file of Object.values(files)) linkInto(draft, file);
  linkBackup(config.indexFolder, draft);
  const previous = readPointer(config.indexFolder)?.current ?? null;
  const result = { vectors: vectors.length, generation: draft.name, previous, coverage };
  writeBuiltBy(draft, { job_id: job.id, attempt: job.attempt, result });
  progress(0, 1, 'switch');
  context.assertFence();
  switchTo(config.indexFolder, draft);
  recordApplied(library, { job, result, at: new Date().toISOString() });
  removeStaged(config.indexFolder, staged.staged_id);
  progress(1, 1, 'switch');
  console.log(`Switched to ${draft.name} with ${vectors.length} vectors: it ${wordCoverage(coverage)}.`);
  return result;
}

/** The newest one when none is named. */
function findStagedOrRefuse(indexFolder: string, id: string | undefined): Staged {
  const staged = findStaged(indexFolder, id);
  if (staged) return staged;
  throw new AppError(
    'bad_input',
    'The uploaded snapshot is no longer there: it is kept for an hour. Upload it again. The current index is unchanged.',
    { code: 'staged_gone' },
  );
}

/** Gives which entry each vector belongs to. Disk and settings may have changed since the upload was checked. */
function verifyOrRefuse(
  files: { index: string; meta: string },
  model: SwitchContext['model'],
  onProgress: (done: number, total: number) => void,
) {
  const { meta } = verifyFiles(files, onProgress);
  if (meta.model !== model.name) throw wrongModel(meta.model, model.name);
  if (model.dimension !== null) assertDimension(meta.dimension, model.dimension);
  return meta.vectors;
}

function verifyFiles(
  files: { index: string; meta: string },
  onProgress: (done: number, total: number) => void,
) {
  try {
    return verifyGeneration(files, onProgress);
  } catch (error) {
    throw refusal('index_changed', `${(error as Error).message} Upload the snapshot again.`);
  }
}
