// What a page shows of a generation.
import fs from 'node:fs';
import path from 'node:path';
import { generationFiles } from './generation-files.ts';
import type { GenerationFacts } from './live-protocol.ts';
import { type IndexMeta, readMeta } from './meta.ts';

export function toFacts(generation: string, meta: IndexMeta, bytes: number): GenerationFacts {
  const { model, dimension, count, sha256, built_at, job_id } = meta;
  return { generation, model, dimension, vectors: count, bytes, sha256, built_at, job_id };
}

/** Null when the generation cannot be read, and so cannot be rolled back to. */
export function readFacts(indexFolder: string, generation: string): GenerationFacts | null {
  try {
    const files = generationFiles(path.join(indexFolder, generation));
    return toFacts(generation, readMeta(files.meta), fs.statSync(files.index).size);
  } catch {
    return null;
  }
}
