// Rebuilds the index of a test's library in this process, with the code of the script `index`.
import type { Db } from '../../src/core/db/open.ts';
import { builtIn } from '../../src/embedding/built-in.ts';
import type { Canary } from '../../src/index/canary.ts';
import { type RebuildArguments, rebuildIndex } from '../../src/index/rebuild.ts';

let jobs = 0;

export function rebuild(
  config: { indexFolder: string },
  library: Db,
  args: RebuildArguments = {},
  canaries: Canary[] = [],
) {
  const job = { id: `job-${++jobs}`, attempt: 1 };
  return rebuildIndex(args, {
    config: { ...config, embeddingBatch: 512 },
    library,
    canaries,
    model: builtIn,
    job,
    progress() {},
    assertFence() {},
    countUsage() {},
  });
}
