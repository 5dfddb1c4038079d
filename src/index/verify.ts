// Proves that a generation's files belong together and can be searched, before anything is switched to them.
import { createKernel } from './dot.ts';
import { type IndexFile, readIndexHeader, readVector, scanIndexFile } from './faiss-file.ts';
import { type IndexMeta, readMeta } from './meta.ts';

/** Reads the index file once, without holding it. Throws one sentence when hash, counts or dimension differ from the
 *  meta file, or when one of some sampled vectors does not find itself. */
export function verifyGeneration(
  files: { index: string; meta: string },
  onProgress: (done: number, total: number) => void = () => {},
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

type Sample = { row: number; vector: Float32Array; own: number; best: number };

const sampleCount = 8;

/** Some vectors, evenly spread over the file. */
function readSamples(file: string, { count, dimension }: IndexMeta): Sample[] {
  const wanted = Math.min(sampleCount, count);
  return Array.from({ length: wanted }, (_, i) => {
    const row = Math.floor((i * count) / wanted);
    return { row, vector: readVector(file, dimension, row), own: 0, best: Number.NEGATIVE_INFINITY };
  });
}

function noteScores(sample: Sample, scores: Float32Array, first: number) {
  for (const score of scores) if (score > sample.best) sample.best = score;
  sample.own = scores[sample.row - first] ?? sample.own;
}

/** Another vector may score the same (entries with the same text), but none may score more. */
function assertFound({ row, own, best }: Sample, meta: IndexMeta) {
  const isFound = Math.abs(own - 1) < 1e-3 && best <= own + 1e-4;
  if (isFound) return;
  const id = meta.vectors[row]?.entity_id;
  throw new Error(`A search for vector ${row} (${id}) does not find it: it scores ${own}, the best ${best}.`);
}

function assertSame(what: string, inIndex: number | string, inMeta: number | string) {
  if (inIndex === inMeta) return;
  throw new Error(`The index file has ${what} ${inIndex}; the meta file says ${inMeta}.`);
}
