// Samples of an index file, each of which a search for itself must find.
import type { Kernel } from './dot.ts';
import type { IndexHeader } from './faiss-header.ts';
import { readVector } from './faiss-reader.ts';

type Sample = { row: number; vector: Float32Array; self: number; best: number };

/** Reads `wanted` vectors, evenly spread over the file. */
export function createSamples(file: string, { count, dimension }: IndexHeader, wanted: number) {
  const step = count / Math.min(wanted, count);
  const samples = Array.from({ length: Math.min(wanted, count) }, (_, i): Sample => {
    const row = Math.floor(i * step);
    return { row, vector: readVector(file, dimension, row), self: 0, best: Number.NEGATIVE_INFINITY };
  });

  return {
    /** Scores the vectors in the kernel, of which the first has the row `first`. */
    score(kernel: Kernel, rows: number, first: number) {
      for (const sample of samples) {
        const scores = kernel.score(sample.vector, 0, rows);
        for (const score of scores) if (score > sample.best) sample.best = score;
        sample.self = scores[sample.row - first] ?? sample.self;
      }
    },

    /** Another vector may score the same (an entry with the same text), but not more. */
    findLost: () =>
      samples.find(({ self, best }) => !(Math.abs(self - 1) < scoreSlack * 10 && best <= self + scoreSlack)),
  };
}

const scoreSlack = 1e-4;
