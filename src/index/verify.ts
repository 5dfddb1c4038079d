// Verifies that a generation's files belong together and can be searched, before a switch to them.
import path from 'node:path';
import type { OnProgress } from '../core/progress.ts';
import { createKernel, type Kernel } from './dot.ts';
import { type IndexHeader, readIndexHeader, readVector, scanIndexFile } from './faiss-reader.ts';
import type { GenerationFiles } from './generation.ts';
import { loadMeta } from './loaded.ts';
import { findWordsProblem } from './words.ts';

const sampleCount = 8;

/** Throws one sentence when hash, count or dimension differ from the meta file, or a sampled vector is not found.
 *  `wordsProblem`: why it has no word index that can be used; null when it has. */
export function verifyGeneration(files: GenerationFiles, onProgress: OnProgress) {
  const { meta, rows } = loadMeta(files.meta);
  const header = readIndexHeader(files.index);
  const { dimension, count } = header;
  assertSame('dimensions', dimension, meta.dimension);
  assertSame('vectors', count, meta.count);
  const samples = createSamples(files.index, header, sampleCount);
  const kernel = createKernel(dimension);
  const onVectors = (_: IndexHeader, bytes: Uint8Array, first: number) => {
    const rows = bytes.length / 4 / dimension;
    samples.score(kernel, rows, first);
    onProgress(first + rows, count);
  };
  const index = scanIndexFile(files.index, onVectors, kernel.allocate);
  assertSame('SHA-256', index.sha256, meta.sha256);
  const lost = samples.findLost();
  if (!lost) return { meta, rows, index, wordsProblem: findWordsProblem(path.dirname(files.index), meta) };
  const id = meta.vectors.at(lost.row)?.entity_id;
  throw new Error(
    `A search for vector ${lost.row} (${id}) does not find it: it scores ${lost.self}, the best ${lost.best}.`,
  );
}

function assertSame(what: string, inIndex: number | string, inMeta: number | string) {
  if (inIndex === inMeta) return;
  throw new Error(`The index file has ${what} ${inIndex}; the meta file says ${inMeta}.`);
}

type Sample = { row: number; vector: Float32Array; self: number; best: number };

/** Samples of an index file, each of which a search for itself must find: `wanted` vectors, evenly spread. */
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
