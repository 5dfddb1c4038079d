// Verifies that a generation's files belong together and can be searched, before a switch to them.
import { createKernel } from './dot.ts';
import { readIndexHeader } from './faiss-header.ts';
import { type IndexFile, readVector, scanIndexFile } from './faiss-reader.ts';
import type { GenerationFiles } from './generation-files.ts';
import { type IndexMeta, readMeta } from './meta.ts';

/** Reads the index file once, in chunks. Throws one sentence when hash, count or dimension differ from the meta file, or when
 *  a sampled vector does not find itself. */
export function verifyGeneration(
  files: GenerationFiles,
  onProgress: (done: number, total: number) => void,
): { meta: IndexMeta; index: IndexFile } {
  const meta = readMeta(files.meta);
  const { dimension, count } = readIndexHeader(files.index);
  assertSame('dimensions', dimension, meta.dimension);
  assertSame('vectors', count, meta.count);
  const samples = readSamples(files.index, meta);
  const kernel = createKernel(dimension);
  let room = new Uint8Array();
  const index = scanIndexFile(files.index, (_, bytes, first) => {
    if (first === 0) room = kernel.allocate(bytes.length) as Uint8Array<ArrayBuffer>;
    room.set(bytes);
    const rows = bytes.length / 4 / dimension;
    for (const sample of samples) noteScores(sample, kernel.score(sample.vector, 0, rows), first);
    onProgress(first + rows, count);
  });
  assertSame('SHA-256', index.sha256, meta.sha256);
  for (const sample of samples) assertFound(sample, meta);
  return { meta, index };
}

type Sample = { row: number; vector: Float32Array; self: number; best: number };

const sampleCount = 8;

/** Vectors evenly spread over the file. */
function readSamples(file: string, { count, dimension }: IndexMeta): Sample[] {
  const wanted = Math.min(sampleCount, count);
  return Array.from({ length: wanted }, (_, i) => {
    const row = Math.floor((i * count) / wanted);
    return { row, vector: readVector(file, dimension, row), self: 0, best: Number.NEGATIVE_INFINITY };
  });
}

function noteScores(sample: Sample, scores: Float32Array, first: number) {
  for (const score of scores) if (score > sample.best) sample.best = score;
  sample.self = scores[sample.row - first] ?? sample.self;
}

/** Another vector may score the same (an entry with the same text), but not more. */
function assertFound({ row, self, best }: Sample, meta: IndexMeta) {
  const isFound = Math.abs(self - 1) < 1e-3 && best <= self + 1e-4;
  if (isFound) return;
  const id = meta.vectors[row]?.entity_id;
  throw new Error(
    `A search for vector ${row} (${id}) does not find it: it scores ${self}, the best ${best}.`,
  );
}

function assertSame(what: string, inIndex: number | string, inMeta: number | string) {
  if (inIndex === inMeta) return;
  throw new Error(`The index file has ${what} ${inIndex}; the meta file says ${inMeta}.`);
}
