// Verifies that a generation's files belong together and can be searched, before a switch to them.
import { createKernel } from './dot.ts';
import { readIndexHeader } from './faiss-header.ts';
import { scanIndexFile } from './faiss-reader.ts';
import type { GenerationFiles } from './generation-files.ts';
import { readMeta } from './meta.ts';
import { createSamples } from './samples.ts';

const sampleCount = 8;

/** Throws one sentence when hash, count or dimension differ from the meta file, or a sampled vector is not found. */
export function verifyGeneration(files: GenerationFiles, onProgress: (done: number, total: number) => void) {
  const meta = readMeta(files.meta);
  const header = readIndexHeader(files.index);
  const { dimension, count } = header;
  assertSame('dimensions', dimension, meta.dimension);
  assertSame('vectors', count, meta.count);
  const samples = createSamples(files.index, header, sampleCount);
  const kernel = createKernel(dimension);
  let memory = new Uint8Array();
  const index = scanIndexFile(files.index, (_, bytes, first) => {
    if (first === 0) memory = kernel.allocate(bytes.length) as Uint8Array<ArrayBuffer>;
    memory.set(bytes);
    const rows = bytes.length / 4 / dimension;
    samples.score(kernel, rows, first);
    onProgress(first + rows, count);
  });
  assertSame('SHA-256', index.sha256, meta.sha256);
  const lost = samples.findLost();
  if (!lost) return { meta, index };
  const id = meta.vectors[lost.row]?.entity_id;
  throw new Error(
    `A search for vector ${lost.row} (${id}) does not find it: it scores ${lost.self}, the best ${lost.best}.`,
  );
}

function assertSame(what: string, inIndex: number | string, inMeta: number | string) {
  if (inIndex === inMeta) return;
  throw new Error(`The index file has ${what} ${inIndex}; the meta file says ${inMeta}.`);
}
