// Checks the unpacked files of a snapshot: that they belong together, are of the model in the settings, and can be searched.
import fs from 'node:fs';
import type { Db } from '../core/db/open.ts';
import { plural } from '../core/format.ts';
import type { Model } from '../embedding/embedder.ts';
import { type IndexHeader, readIndexHeader } from '../index/faiss-header.ts';
import type { GenerationFiles } from '../index/generation-files.ts';
import type { MetaVector } from '../index/meta.ts';
import { linkForeignSet } from './link.ts';
import type { Manifest } from './manifest.ts';
import { assertParsable, readDescribed } from './meta.ts';
import { assertDimension, refusal, wrongModel } from './refusal.ts';
import { checkVectors } from './vectors.ts';

type Content = {
  /** Null for files that CHL itself made. */
  manifest: Manifest | null;
  files: GenerationFiles;
  metaBytes: number;
  /** The name of the index in the manifest. */
  indexName: string;
  model: Pick<Model, 'name' | 'dimension'>;
  library: Db;
};

/** The entry of each vector, and the manifest, which is made here for files of CHL. */
export type Described = { manifest: Manifest; vectors: MetaVector[] };

/** Throws `bad_input` with a code of its own for each defect. Trusts the hashes in the manifest: the caller checks them. */
export async function checkContent(
  { manifest, files, metaBytes, indexName, model, library }: Content,
  onProgress: (done: number, total: number) => void,
): Promise<Described> {
  onProgress(0, 1);
  const header = readHeader(files.index);
  if (metaBytes > maxMetaBytes(header)) {
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

/** What the meta file may need for each vector, in our format and in any other. */
function maxMetaBytes({ count }: IndexHeader): number {
  return 64 * 1024 + 512 * count;
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
  throw refusal(
    'count_mismatch',
    `The manifest counts ${manifest.count} vectors; the index has ${header.count}.`,
  );
}
