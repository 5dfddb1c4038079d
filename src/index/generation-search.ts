// Searches a generation in a script. Its vectors stay in the file and pass through a few megabytes of memory in each search.
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Db } from '../core/db/open.ts';
import type { Embedder, Model } from '../embedding/embedder.ts';
import { createKernel } from './dot.ts';
import { openIndexFile } from './faiss-reader.ts';
import { generationFiles } from './generation.ts';
import { loadMeta } from './loaded.ts';
import { rowsPerStep } from './nearest.ts';
import { createIndexRepository } from './repository.ts';
import type { Hit } from './search.ts';
import type { SearchQuery } from './search-query.ts';
import { createSearcher, embedText } from './searcher.ts';
import { openWords } from './words.ts';

export type GenerationSearch = {
  /** The best hits first, as the server's search gives them. */
  search(query: SearchQuery): Promise<Hit[]>;
  /** Why it is searched by meaning only; null when it has words. */
  wordsProblem: string | null;
  close(): void;
};

/** `name`: that of the folder in the index folder; a draft's begins with `building-`. The files were verified before. */
export function openGeneration(
  indexFolder: string,
  name: string,
  model: Model | Embedder,
  library: Db,
): GenerationSearch {
  const folder = path.join(indexFolder, name);
  const files = generationFiles(folder);
  const { meta, rows } = loadMeta(files.meta);
  const vectors = openVectors(files.index);
  const isOrphan = new Uint8Array(meta.count);
  const index = { ...vectors, meta, rows, isOrphan };
  const opened = openWords(folder, meta.sha256);
  const search = createSearcher({
    index,
    opened,
    library: createIndexRepository(library),
    model,
    pause: () => setImmediate(),
  });
  return {
    search: async (query) => (await search(query, () => embedText(model, query.query))).hits,
    wordsProblem: opened.problem,
    close() {
      opened.words?.close();
      vectors.close();
    },
  };
}

/** `score` is that of a loaded index, but reads the rows of each step from the file. */
function openVectors(file: string) {
  const { dimension, count, read, close } = openIndexFile(file);
  const kernel = createKernel(dimension);
  const rows = Math.min(count, rowsPerStep(dimension));
  const buffer = kernel.allocate(rows * dimension * 4);
  return {
    dimension,
    close,
    score(vector: Float32Array, from: number, to: number) {
      read(from, buffer.subarray(0, (to - from) * dimension * 4));
      return kernel.score(vector, 0, to - from);
    },
  };
}
