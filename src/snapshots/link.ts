// A file set that CHL itself made says nothing about which entry each vector belongs to: chl.db says it, in a table of
// CHL's own. With that table the set gets a meta file of ours; without it, or with one of another index, it is refused.
import fs from 'node:fs';
import { version } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import type { Model } from '../embedding/embedder.ts';
import { isObject, parseJson } from '../core/json.ts';
import { toUnitVector } from '../embedding/vector.ts';
import { type FaissLink, readFaissLinks } from '../index/faiss-metadata.ts';
import type { IndexHeader } from '../index/faiss-header.ts';
import { readVector } from '../index/faiss-reader.ts';
import { writeIndexFile } from '../index/faiss-writer.ts';
import { type MetaVector, metaFormatVersion, writeMeta } from '../index/meta.ts';
import { type Manifest, snapshotFormat } from './manifest.ts';
import { assertDimension, refusal, wrongModel } from './refusal.ts';

type ForeignSet = {
  /** Of its meta file. */
  text: string;
  files: { index: string; meta: string };
  header: IndexHeader;
  model: Pick<Model, 'name' | 'dimension'>;
  library: Db;
};

/** Rewrites both files of the set to what is linked. Throws `member_missing` when it is no set of CHL's either, else
 *  `model_mismatch`, `dimension_mismatch`, `meta_mismatch` or `not_linked`. */
export function linkForeignSet({ text, files, header, model, library }: ForeignSet): {
  manifest: Manifest;
  vectors: MetaVector[];
} {
  assertForeign(text, header, model);
  const links = readFaissLinks(library, model.name);
  if (links === null) {
    throw notLinked('the library here has no table faiss_metadata');
  }
  const kept = links.filter(({ row }) => row >= 0 && row < header.count);
  if (kept.length === 0) throw notLinked('the table faiss_metadata here names none of its vectors');
  refuseOtherIndex(kept, files.index, header.dimension);
  const linked = `${files.index}.linked`;
  const vectorsOf = function* () {
    for (const { row } of kept) yield readVector(files.index, header.dimension, row);
  };
  const { sha256 } = writeIndexFile(linked, header.dimension, vectorsOf());
  fs.renameSync(linked, files.index);
  fs.rmSync(files.meta);
  const vectors = kept.map(({ entity_id, kind, content_hash }) => ({ entity_id, kind, content_hash }));
  const built_at = new Date().toISOString();
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

/** Some of the vectors must be those that the library keeps for the same entries. */
function refuseOtherIndex(links: FaissLink[], index: string, dimension: number) {
  const known = links.filter(({ stored }) => stored !== null);
  const step = Math.max(1, Math.floor(known.length / comparedVectors));
  for (let i = 0; i < known.length; i += step) {
    const { row, stored, entity_id } = known[i] as FaissLink;
    const own = toUnitVector(stored as Uint8Array, dimension);
    const vector = readVector(index, dimension, row);
    const score = own?.reduce((sum, value, at) => sum + value * (vector[at] as number), 0) ?? 0;
    if (score > 0.99) continue;
    throw notLinked(
      `vector ${row} is not that of ${JSON.stringify(entity_id)}, as the table faiss_metadata here says`,
    );
  }
}

function notLinked(why: string) {
  return refusal(
    'not_linked',
    `The snapshot was made by CHL itself and does not say which entry each vector belongs to, and ${why}. Rebuild the index here, or upload a snapshot that was downloaded from such a page.`,
  );
}
