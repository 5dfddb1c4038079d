// The work of the operation `snapshot`: verifies a staged snapshot again and makes it the live generation. The live index
// stays in use until the switch; the staged files are removed after it, so that a retry finds them.
import path from 'node:path';
import { explain } from '../core/faults.ts';
import type { OnProgress } from '../core/progress.ts';
import { askCanaries, type SwitchArguments } from '../index/canary-switch.ts';
import { countCoverage, describeCoverage } from '../index/coverage.ts';
import {
  type GenerationFiles,
  generationFiles,
  linkBackup,
  linkInto,
  readPointer,
  startGeneration,
  switchTo,
  writeBuiltBy,
} from '../index/generation.ts';
import { type SwitchContext, switchAndRecord } from '../index/switch.ts';
import { verifyGeneration } from '../index/verify.ts';
import { writeWords } from '../index/words.ts';
import { assertDimension, refusal, wrongModel } from './refusal.ts';
import { findStaged, removeStaged, stagedFolder } from './staging.ts';

export type InstallArguments = SwitchArguments & { staged_id?: string };

/** Throws `bad_input` with `staged_gone`, `index_changed`, `model_mismatch`, `dimension_mismatch` or `canary_missed`. */
export async function installSnapshot(args: InstallArguments, context: SwitchContext) {
  const { config, library, model, job, progress } = context;
  const staged = findStaged(config.indexFolder, args.staged_id);
  if (!staged)
    throw refusal('staged_gone', 'The uploaded snapshot is gone: it is kept for an hour. Upload it again.');
  const files = generationFiles(stagedFolder(config.indexFolder, staged.staged_id));
  const { meta } = verifyFiles(files, (done, total) => progress(done, total, 'verify'));
  if (meta.model !== model.name) throw wrongModel(meta.model, model.name);
  if (model.dimension !== null) assertDimension(meta.dimension, model.dimension);
  const { vectors } = meta;
  progress(0, 1, 'coverage');
  const coverage = countCoverage(library, vectors);
  const draft = startGeneration(config.indexFolder, new Date());
  for (const file of Object.values(files)) linkInto(draft, file);
  linkBackup(config.indexFolder, draft);
  const report = (done: number, total: number) => progress(done, total, 'words');
  library.transaction(() =>
    writeWords(library, { folder: draft.folder, vectors, sha256: meta.sha256 }, report),
  )();
  const previous = readPointer(config.indexFolder)?.current ?? null;
  const asked = { folder: path.basename(draft.folder), name: 'The snapshot' };
  const canaries = await askCanaries(context, asked, args);
  const result = { vectors: vectors.length, generation: draft.name, previous, coverage, canaries };
  writeBuiltBy(draft, { job_id: job.id, attempt: job.attempt, result });
  switchAndRecord(context, result, () => switchTo(config.indexFolder, draft));
  removeStaged(config.indexFolder, staged.staged_id);
  console.log(`Switched to ${draft.name} with ${vectors.length} vectors: it ${describeCoverage(coverage)}.`);
  return result;
}

/** Disk and settings may have changed since the upload was checked. */
function verifyFiles(files: GenerationFiles, onProgress: OnProgress) {
  try {
    return verifyGeneration(files, onProgress);
  } catch (error) {
    throw refusal('index_changed', `${explain(error)} Upload the snapshot again.`);
  }
}
