// Files that CHL itself made do not name the entry of each vector; chl.db does, in the table `faiss_metadata`. With that table
// they get a meta file of our format; without it, or with that of another index, they are refused.
import fs from 'node:fs';
import { version } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import type { ModelKey } from '../embedding/embedder.ts';
import { isObject, parseJson } from '../core/json.ts';
import { toUnitVector } from '../embedding/vector.ts';
import { type FaissLink, readFaissLinks } from '../index/faiss-metadata.ts';
import { type IndexHeader, readVector } from '../index/faiss-reader.ts';
import { writeIndexFile } from '../index/faiss-writer.ts';
import type { GenerationFiles } from '../index/generation.ts';
import { metaFormatVersion, writeMeta } from '../index/meta.ts';
import { createMeaningSample } from '../index/min-meaning.ts';
import { snapshotFormat } from './manifest.ts';
import { assertDimension, refusal, wrongModel } from './refusal.ts';

type ForeignSet = {
  text: string;
  files: GenerationFiles;
  header: IndexHeader;
  model: ModelKey;
  library: Db;
};

/** Rewrites both files with the vectors that belong to an entry. Throws `member_missing` when CHL did not make the files,
 *  else `model_mismatch`, `dimension_mismatch`, `meta_mismatch` or `not_linked`. */
export function linkForeignSet({ text, files, header, model, library }: ForeignSet) {
  assertForeign(text, header, model);
  const links = readFaissLinks(library, model.name);
  if (links === null) throw notLinked('the library here has no table faiss_metadata');
  const kept = links.filter(({ row }) => row >= 0 && row < header.count);
  if (kept.length === 0) throw notLinked('the table faiss_metadata here names none of its vectors');
  assertSameIndex(kept, files.index, header.dimension);
  const linked = `${files.index}.linked`;
  const sample = createMeaningSample();
  const vectorsOf = function* () {
    for (const { row } of kept) yield sample.keep(readVector(files.index, header.dimension, row));
  };
  const { sha256 } = writeIndexFile(linked, header.dimension, vectorsOf());
  fs.renameSync(linked, files.index);
  fs.rmSync(files.meta);
  const vectors = kept.map(({ entity_id, kind, content_hash }) => ({ entity_id, kind, content_hash }));
  const built_at = new Date().toISOString();
  const minMeaning = sample.limit();
  const facts = { model: model.name, dimension: header.dimension, count: kept.length };
  writeMeta(files.meta, {
    format_version: metaFormatVersion,
    ...facts,
    model_name: model.name,
    model_version: '',
    sha256,
    checksum: sha256,
    library_revision: 0,
    job_id: '',
    built_at,
    version,
    ...(minMeaning !== null && { min_meaning: minMeaning }),
    vectors,
  });
  return { manifest: { format: snapshotFormat, ...facts, built_at, files: {} }, vectors };
}

function assertForeign(text: string, { dimension, count }: IndexHeader, model: ForeignSet['model']) {
  const meta = parseJson(text);
  const isForeign =
    isObject(meta) &&
    meta.vectors === undefined &&
    typeof meta.model_name === 'string' &&
    Number.isSafeInteger(meta.dimension) &&
    Number.isSafeInteger(meta.count);
  if (!isForeign) {
    throw refusal('member_missing', 'This ZIP has no manifest.json file, so it is not an index snapshot.');
  }
  if (meta.model_name !== model.name) throw wrongModel(String(meta.model_name), model.name);
  if (model.dimension !== null) assertDimension(dimension, model.dimension);
  if (meta.count === count && meta.dimension === dimension) return;
  throw refusal('meta_mismatch', 'The meta file describes another index: its count or dimension differs.');
}

const comparedVectors = 64;

/** A sample of the vectors must equal those that the library holds for the same entries. */
function assertSameIndex(links: FaissLink[], index: string, dimension: number) {
  const comparable = links.filter(({ stored }) => stored !== null);
  const step = Math.max(1, Math.floor(comparable.length / comparedVectors));
  for (let i = 0; i < comparable.length; i += step) {
    const { row, stored, entity_id } = comparable[i] as FaissLink;
    const expected = toUnitVector(stored as Uint8Array, dimension);
    const vector = readVector(index, dimension, row);
    const score = expected?.reduce((sum, value, at) => sum + value * (vector[at] as number), 0) ?? 0;
    if (score > 0.99) continue;
    throw notLinked(
      `vector ${row} is not that of ${JSON.stringify(entity_id)}, as the table faiss_metadata here says`,
    );
  }
}

function notLinked(why: string) {
  const message = `This snapshot was made by CHL and does not name the entry of each vector, and ${why}. Rebuild the index here, or upload a snapshot that was downloaded from a page like this.`;
  return refusal('not_linked', message);
}
