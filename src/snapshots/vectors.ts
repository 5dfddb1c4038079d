// Checks that an uploaded index can be searched: every vector is finite and has length 1, and a search for a sampled vector
// finds it. Reads the file once, a few megabytes at a time.
import { createKernel, squareSum } from '../index/dot.ts';
import type { IndexHeader } from '../index/faiss-header.ts';
import { readVector, scanIndexVectors } from '../index/faiss-reader.ts';
import { refusal } from './refusal.ts';

const sampleCount = 2;
const lengthSlack = 1e-3;
const scoreSlack = 1e-4;

type Sample = { row: number; vector: Float32Array; self: number; best: number };

/** Throws `index_not_finite`, `index_not_normalised` or `not_searchable`. */
export function checkVectors(file: string, header: IndexHeader, onProgress: (done: number) => void) {
  const { dimension } = header;
  const samples = readSamples(file, header);
  const kernel = createKernel(dimension);
  scanIndexVectors(file, header, kernel.allocate, (bytes, first) => {
    const rows = bytes.length / 4 / dimension;
    const suspect = kernel.squares(0, rows).findIndex((squares) => !isLengthOne(squares));
    if (suspect >= 0) throwLengthRefusal(bytes, suspect, dimension, first);
    for (const sample of samples) {
      const scores = kernel.score(sample.vector, 0, rows);
      for (const score of scores) if (score > sample.best) sample.best = score;
      sample.self = scores[sample.row - first] ?? sample.self;
    }
    onProgress(first + rows);
  });
  for (const { row, self, best } of samples) {
    if (self >= best - scoreSlack) continue;
    throw refusal('not_searchable', `A search for vector ${row} of the index finds another one first.`);
  }
}

function readSamples(file: string, { count, dimension }: IndexHeader): Sample[] {
  const wanted = Math.min(sampleCount, count);
  return Array.from({ length: wanted }, (_, i) => {
    const row = Math.floor(((i + 0.5) * count) / wanted);
    return { row, vector: readVector(file, dimension, row), self: 0, best: Number.NEGATIVE_INFINITY };
  });
}

/** False also when a number is NaN or infinite: the sum of squares is, too. */
function isLengthOne(squares: number): boolean {
  return Math.abs(squares - 1) <= lengthSlack;
}

/** Computes the length again in double precision, where a large number does not become infinite. */
function throwLengthRefusal(bytes: Uint8Array, suspect: number, dimension: number, first: number) {
  const vectors = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const squares = squareSum(vectors, suspect * dimension, dimension);
  const row = first + suspect;
  if (!Number.isFinite(squares)) {
    throw refusal(
      'index_not_finite',
      `Vector ${row} of the index holds a value that is not a finite number.`,
    );
  }
  const length = Math.sqrt(squares).toPrecision(3);
  throw refusal(
    'index_not_normalised',
    `Vector ${row} of the index has length ${length}; all must have length 1.`,
  );
}
