// A generation in memory: its vectors, the entry of each, and its meta data.
import path from 'node:path';
import type { Kind } from '../library/content.ts';
import type { ModelKey } from '../embedding/embedder.ts';
import { createKernel, type Kernel } from './dot.ts';
import { readIndexFile } from './faiss-reader.ts';
import { generationFiles } from './generation.ts';
import { type IndexMeta, type MetaVector, readMeta } from './meta.ts';

export type LoadedIndex = {
  meta: IndexMeta;
  dimension: number;
  bytes: number;
  /** The bytes of all vectors, one after another. There is no other copy. */
  vectors: Uint8Array;
  score: Kernel['score'];
  /** From an entry's id to its row in the index. */
  rows: Record<Kind, Map<string, number>>;
  /** 1 for each row whose entry was gone at the last count. A search skips these rows. */
  isOrphan: Uint8Array;
};

/** Throws one sentence when the files are missing, damaged, contradict each other, or are of another model. */
export function loadGeneration(indexFolder: string, name: string, model: ModelKey): LoadedIndex {
  const files = generationFiles(path.join(indexFolder, name));
  const meta = readMeta(files.meta);
  const isSame = meta.model === model.name && [null, meta.dimension].includes(model.dimension);
  if (!isSame) {
    const given = model.dimension === null ? '' : ` (${model.dimension})`;
    throw new Error(
      `The index was built with ${meta.model} (${meta.dimension} numbers); the settings name ${model.name}${given}.`,
    );
  }
  const kernel = createKernel(meta.dimension);
  let vectors: Uint8Array = new Uint8Array();
  const index = readIndexFile(files.index, (bytes) => {
    vectors = kernel.allocate(bytes);
    return vectors;
  });
  if (index.count !== meta.count || index.dimension !== meta.dimension || index.sha256 !== meta.sha256) {
    throw new Error(
      'The index file is not the one that its meta file describes: it was changed or is damaged.',
    );
  }
  return {
    meta,
    dimension: index.dimension,
    bytes: index.bytes,
    vectors,
    score: kernel.score,
    rows: toRows(meta.vectors),
    isOrphan: new Uint8Array(meta.count),
  };
}

/** Throws one sentence when an entry is listed twice. */
export function toRows(vectors: MetaVector[]): LoadedIndex['rows'] {
  const rows = { experience: new Map<string, number>(), manual: new Map<string, number>() };
  for (const [row, { kind, entity_id }] of vectors.entries()) {
    if (rows[kind].has(entity_id)) throw new Error(`The meta file lists ${kind} ${entity_id} twice.`);
    rows[kind].set(entity_id, row);
  }
  return rows;
}
