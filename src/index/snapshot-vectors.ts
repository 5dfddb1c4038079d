// Proves that an index file from elsewhere can be searched: every vector is finite and of length 1, and some of them are
// found by a search for themselves. Reads the file once, a few megabytes at a time.
import { scoreRows } from './dot.ts';
import { type IndexHeader, readVector, scanIndexVectors } from './faiss-file.ts';
import { refusal } from './snapshot-refusal.ts';

const sampleCount = 2;
const lengthSlack = 1e-3;
const scoreSlack = 1e-4;

type Sample = { row: number; vector: Float32Array; own: number; best: number };

/** Throws `index_not_finite`, `index_not_normalised` or `not_searchable`. */
export function checkVectors(file: string, header: IndexHeader, onProgress: (done: number) => void) {
  const samples = readSamples(file, header);
  scanIndexVectors(file, header, (bytes, first) => {
    const rows = bytes.length / 4 / header.dimension;
    const vectors = new Float32Array(bytes.buffer, bytes.byteOffset, rows * header.dimension);
    checkLengths(vectors, header.dimension, first);
    const scores = new Float32Array(rows);
    for (const sample of samples) {
      scoreRows(sample.vector, vectors, scores);
      for (const score of scores) if (score > sample.best) sample.best = score;
      sample.own = scores[sample.row - first] ?? sample.own;
    }
    onProgress(first + rows);
  });
  for (const { row, own, best } of samples) {
    if (own >= best - scoreSlack) continue;
    throw refusal('not_searchable', `A search for vector ${row} of the index finds another one first.`);
  }
}

function readSamples(file: string, { count, dimension }: IndexHeader): Sample[] {
  const wanted = Math.min(sampleCount, count);
  return Array.from({ length: wanted }, (_, i) => {
    const row = Math.floor(((i + 0.5) * count) / wanted);
    return { row, vector: readVector(file, dimension, row), own: 0, best: Number.NEGATIVE_INFINITY };
  });
}

/** What is not a number, or not finite, shows in the sum of squares. */
function checkLengths(vectors: Float32Array, dimension: number, first: number) {
  for (let from = 0; from < vectors.length; from += dimension) {
    let squares = 0;
    for (let i = from; i < from + dimension; i++) squares += (vectors[i] as number) * (vectors[i] as number);
    if (Math.abs(squares - 1) <= lengthSlack) continue;
    const row = first + from / dimension;
    if (!Number.isFinite(squares)) {
      throw refusal('index_not_finite', `Vector ${row} of the index holds a value that is no finite number.`);
    }
    const length = Math.sqrt(squares).toPrecision(3);
    throw refusal(
      'index_not_normalised',
      `Vector ${row} of the index has length ${length}; all must have length 1.`,
    );
  }
}
