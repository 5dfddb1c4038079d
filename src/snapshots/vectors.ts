// Checks that an uploaded index can be searched: vectors are finite and of length 1, and a sampled one is found.
import { createKernel, squareSum } from '../index/dot.ts';
import type { IndexHeader } from '../index/faiss-header.ts';
import { scanIndexVectors } from '../index/faiss-reader.ts';
import { createSamples } from '../index/samples.ts';
import { refusal } from './refusal.ts';

const sampleCount = 2;
const lengthSlack = 1e-3;

/** Throws `index_not_finite`, `index_not_normalised` or `not_searchable`. */
export function checkVectors(file: string, header: IndexHeader, onProgress: (done: number) => void) {
  const { dimension } = header;
  const samples = createSamples(file, header, sampleCount);
  const kernel = createKernel(dimension);
  scanIndexVectors(file, header, kernel.allocate, (bytes, first) => {
    const rows = bytes.length / 4 / dimension;
    // Also when a number is NaN or infinite: the sum of squares is, too.
    const suspect = kernel.squares(0, rows).findIndex((sum) => !(Math.abs(sum - 1) <= lengthSlack));
    if (suspect >= 0) throw lengthRefusal(bytes, suspect, dimension, first);
    samples.score(kernel, rows, first);
    onProgress(first + rows);
  });
  const lost = samples.findLost();
  if (!lost) return;
  throw refusal('not_searchable', `A search for vector ${lost.row} of the index finds another one first.`);
}

/** Computes the length again in double precision, where a large number does not become infinite. */
function lengthRefusal(bytes: Uint8Array, suspect: number, dimension: number, first: number) {
  const vectors = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const squares = squareSum(vectors, suspect * dimension, dimension);
  const row = first + suspect;
  if (!Number.isFinite(squares)) {
    return refusal(
      'index_not_finite',
      `Vector ${row} of the index holds a value that is not a finite number.`,
    );
  }
  const length = Math.sqrt(squares).toPrecision(3);
  return refusal(
    'index_not_normalised',
    `Vector ${row} of the index has length ${length}; all must have length 1.`,
  );
}
