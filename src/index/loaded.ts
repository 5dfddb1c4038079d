// A generation in memory: its vectors, the entry of each, and its meta data.
import path from 'node:path';
import type { ModelKey } from '../embedding/embedder.ts';
import { createKernel, type Kernel } from './dot.ts';
import { readIndexFile } from './faiss-reader.ts';
import { type EntryRows, EntryTable } from '../library/entry-table.ts';
import { generationFiles } from './generation.ts';
import { type MetaHead, type MetaVectors, scanMeta } from './meta.ts';

/** The contents of a meta file, its entries as a table or a list. */
export type LoadedMeta = MetaHead & { vectors: MetaVectors };

export type LoadedIndex = {
  meta: LoadedMeta;
  dimension: number;
  bytes: number;
  /** The bytes of all vectors, one after another. There is no other copy. */
  vectors: Uint8Array;
  score: Kernel['score'];
  rows: EntryRows;
  /** 1 for each row whose entry was gone at the last count. A search skips these rows. */
  isOrphan: Uint8Array;
};

/** Throws one sentence when the files are missing, damaged, contradict each other, or are of another model. */
export function loadGeneration(indexFolder: string, name: string, model: ModelKey): LoadedIndex {
  const files = generationFiles(path.join(indexFolder, name));
  const { meta, rows } = loadMeta(files.meta);
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
    rows,
    isOrphan: new Uint8Array(meta.count),
  };
}

/** Throws one sentence when it is no meta file, or lists an entry twice. */
export function loadMeta(file: string): { meta: LoadedMeta; rows: EntryRows } {
  const vectors = new EntryTable();
  const head = scanMeta(file, (vector) => {
    if (vectors.add(vector)) return;
    throw new Error(`The meta file lists ${vector.kind} ${vector.entity_id} twice.`);
  });
  return { meta: { ...head, vectors }, rows: vectors.rows };
}
