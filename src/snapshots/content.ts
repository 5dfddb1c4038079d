// Checks the unpacked files of a snapshot: that they belong together, are of the model in the settings, and can be searched.
import fs from 'node:fs';
import type { Db } from '../core/db/open.ts';
import { plural } from '../core/format.ts';
import type { OnProgress } from '../core/progress.ts';
import type { ModelKey } from '../embedding/embedder.ts';
import { createKernel, squareSum } from '../index/dot.ts';
import { type IndexHeader, readIndexHeader, scanIndexVectors } from '../index/faiss-reader.ts';
import type { GenerationFiles } from '../index/generation.ts';
import { type MetaVector, parseMeta } from '../index/meta.ts';
import { createSamples } from '../index/verify.ts';
import { linkForeignSet } from './link.ts';
import type { Manifest } from './manifest.ts';
import { assertDimension, refusal, wrongModel } from './refusal.ts';

type Content = {
  /** Null for files that CHL itself made. */
  manifest: Manifest | null;
  files: GenerationFiles;
  metaBytes: number;
  /** The name of the index in the manifest. */
  indexName: string;
  model: ModelKey;
  library: Db;
};

const otherMetaBytes = 64 * 1024;
const metaBytesPerVector = 512;

/** The entry of each vector, and the manifest, which is made here for files of CHL. */
type Described = { manifest: Manifest; vectors: MetaVector[] };

/** Throws `bad_input` with a code of its own for each defect. Trusts the hashes in the manifest: the caller checks them. */
export async function checkContent(
  { manifest, files, metaBytes, indexName, model, library }: Content,
  onProgress: OnProgress,
): Promise<Described> {
  onProgress(0, 1);
  const header = readHeader(files.index);
  if (metaBytes > otherMetaBytes + metaBytesPerVector * header.count) {
    throw refusal('meta_invalid', `The meta file is too large for ${plural(header.count, 'vector')}.`);
  }
  const json = fs.readFileSync(files.meta);
  assertParsable(json, header.count);
  const text = json.toString('utf8');
  if (manifest) assertCompatible(manifest, header, model);
  const described = manifest
    ? { manifest, vectors: readDescribed(text, manifest, header, manifest.files[indexName] ?? '') }
    : linkForeignSet({ text, files, header, model, library });
  checkVectors(files.index, readHeader(files.index), (done) => onProgress(done, header.count));
  return described;
}

function readHeader(file: string): IndexHeader {
  try {
    const header = readIndexHeader(file);
    if (header.count > 0) return header;
  } catch (error) {
    throw refusal('index_invalid', (error as Error).message);
  }
  throw refusal('index_invalid', 'The index holds no vector.');
}

function assertCompatible(manifest: Manifest, header: IndexHeader, model: Content['model']) {
  if (manifest.model !== model.name) throw wrongModel(manifest.model, model.name);
  assertDimension(header.dimension, manifest.dimension);
  if (model.dimension !== null) assertDimension(header.dimension, model.dimension);
  if (manifest.count === header.count) return;
  const message = `The manifest counts ${manifest.count} vectors; the index has ${header.count}.`;
  throw refusal('count_mismatch', message);
}

/** Returns the entry of each vector. `sha256` is that of the index. Throws `meta_invalid` when the text is not a meta file,
 *  `meta_mismatch` when it describes another index. */
function readDescribed(text: string, manifest: Manifest, { dimension, count }: IndexHeader, sha256: string) {
  const meta = parse(text);
  const claims: [string, string | number, string | number][] = [
    ['model', meta.model, manifest.model],
    ['model', meta.model_name, manifest.model],
    ['dimension', meta.dimension, dimension],
    ['count', meta.count, count],
    ['SHA-256', meta.sha256, sha256],
    ['SHA-256', meta.checksum, sha256],
  ];
  for (const [what, said, is] of claims) {
    if (said === is) continue;
    throw refusal('meta_mismatch', `The meta file describes another index: its ${what} differs.`);
  }
  assertUnique(meta.vectors);
  return meta.vectors;
}

const maxDepth = 32;
const valuesPerVector = 16;
const otherValues = 10_000;
const [quote, backslash, comma] = [0x22, 0x5c, 0x2c];
/** `[` and `{`, `]` and `}` differ in this bit alone. */
const [opener, closer, braceBit] = [0x7b, 0x7d, 0x20];

/** Throws `meta_invalid` for values too many or too deep to parse: a parser takes a hundred times their size in memory. */
export function assertParsable(json: Buffer, vectors: number) {
  const maxValues = valuesPerVector * vectors + otherValues;
  let depth = 0;
  let values = 0;
  for (let at = 0; at < json.length && values <= maxValues && depth <= maxDepth; at++) {
    const byte = json[at] as number;
    if (byte === quote) at = endOfText(json, at + 1);
    else if (byte === comma) values++;
    else if ((byte | braceBit) === opener) {
      depth++;
      values++;
    } else if ((byte | braceBit) === closer) depth--;
  }
  if (values <= maxValues && depth <= maxDepth) return;
  throw refusal('meta_invalid', 'The meta file holds more values, or deeper ones, than its vectors need.');
}

function endOfText(json: Buffer, start: number): number {
  let at = start;
  while (at < json.length && json[at] !== quote) at += json[at] === backslash ? 2 : 1;
  return at;
}

function parse(text: string) {
  try {
    return parseMeta(text);
  } catch (error) {
    throw refusal('meta_invalid', (error as Error).message);
  }
}

function assertUnique(vectors: MetaVector[]) {
  const seen = { experience: new Set<string>(), manual: new Set<string>() };
  for (const { kind, entity_id } of vectors) {
    if (seen[kind].has(entity_id)) {
      const message = `The meta file lists ${kind} ${JSON.stringify(entity_id.slice(0, 80))} twice.`;
      throw refusal('meta_mismatch', message);
    }
    seen[kind].add(entity_id);
  }
}

const sampleCount = 2;
const lengthSlack = 1e-3;

/** Throws `index_not_finite`, `index_not_normalised` or `not_searchable`. */
function checkVectors(file: string, header: IndexHeader, onProgress: (done: number) => void) {
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
  const vector = `Vector ${first + suspect} of the index`;
  if (!Number.isFinite(squares))
    return refusal('index_not_finite', `${vector} holds a value that is not a finite number.`);
  const length = Math.sqrt(squares).toPrecision(3);
  return refusal('index_not_normalised', `${vector} has length ${length}; all must have length 1.`);
}
