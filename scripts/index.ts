// The operation `index`; its work is src/index/rebuild.ts.
import type { Config } from '../src/core/config.ts';
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { chooseEmbedder } from '../src/embedding/choose.ts';
import { createEmbeddingRepository } from '../src/embedding/repository.ts';
import { readCanaries } from '../src/index/canary-repository.ts';
import { type RebuildArguments, rebuildIndex } from '../src/index/rebuild.ts';
import { indexOperation } from '../src/index/index-operation.ts';
import { runOperation } from './run-operation.ts';

/** `after`: the number of the import that it follows. */
type Arguments = RebuildArguments & { after?: number };

await runOperation<Arguments>(indexOperation, async ({ after, ...args }, context) => {
  if (after !== undefined && isEmpty(context.config)) return nothingFollows(after);
  const chosen = await chooseEmbedder(context.config, context.countUsage);
  console.log(`Embedding with ${chosen.label}.`);
  const model = await chosen.open();
  const library = openDatabase(context.config.databasePath, { busyMs: scriptBusyMs });
  try {
    return await rebuildIndex(args, { ...context, library, model, canaries: readCanaries(context.config) });
  } finally {
    library.close();
  }
});

function isEmpty({ databasePath }: Config): boolean {
  const library = openDatabase(databasePath, { busyMs: scriptBusyMs, readonly: true });
  try {
    return createEmbeddingRepository(library).countEntries() === 0;
  } finally {
    library.close();
  }
}

/** An import that has failed leaves an empty library empty, which is no failure of the index. */
function nothingFollows(number: number) {
  const not_needed = `The library has no entries after import #${number}, so there is nothing to index.`;
  console.log(not_needed);
  return { entries: 0, embedded: 0, vectors: 0, not_needed };
}
