// Brings the index of a test's library up to date in this process, by the code that the script `index` runs.
import type { Db } from '../../src/core/db/open.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import { type RebuildArguments, rebuildIndex } from '../../src/index/rebuild.ts';

let jobs = 0;

export function rebuild(config: { indexFolder: string }, library: Db, args: RebuildArguments = {}) {
  const job = { id: `job-${++jobs}`, attempt: 1 };
  return rebuildIndex(args, { config, library, model: builtIn, job, progress() {}, assertFence() {} });
}
