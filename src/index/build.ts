// Builds a generation from every current embedding of the library, beside the live one. Does not switch to it.
import { version } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import { contentHash, embeddedText } from '../library/content.ts';
import type { Embedder } from '../embedding/embedder.ts';
import { createEmbeddingRepository, currentVector } from '../embedding/repository.ts';
import { badInput } from '../core/errors.ts';
import { writeIndexFile } from './faiss-writer.ts';
import { linkBackup, namedFiles, startGeneration } from './generation.ts';
import { type IndexMeta, type MetaVector, metaFormatVersion, writeMeta } from './meta.ts';
import { createMeaningSample } from './min-meaning.ts';
import { libraryRevision } from './repository.ts';
import { writeWords } from './words.ts';

export type Build = {
  library: Db;
  model: Embedder;
  indexFolder: string;
  jobId: string;
  now: Date;
  onProgress: (done: number, total: number, phase: 'build' | 'words') => void;
};

/** Throws `bad_input` with `nothing_to_index` when no entry has a current embedding. The caller holds the `index` lock. */
export function buildGeneration({ library, model, indexFolder, jobId, now, onProgress }: Build) {
  const draft = startGeneration(indexFolder, now);
  const files = namedFiles(draft.folder, model.name);
  const readInSnapshot = library.transaction(() => {
    const written = writeVectors(library, model, files.index, onProgress);
    const { index, vectors } = written;
    const of = { folder: draft.folder, vectors, sha256: index.sha256 };
    writeWords(library, of, (done, total) => onProgress(done, total, 'words'));
    return { library_revision: libraryRevision(library), ...written };
  });
  const { library_revision, index, vectors, minMeaning } = readInSnapshot();
  const meta: IndexMeta = {
    format_version: metaFormatVersion,
    model: model.name,
    model_name: model.name,
    model_version: model.version,
    dimension: index.dimension,
    count: index.count,
    sha256: index.sha256,
    checksum: index.sha256,
    library_revision,
    job_id: jobId,
    built_at: now.toISOString(),
    version,
    ...(minMeaning !== null && { min_meaning: minMeaning }),
    vectors,
  };
  writeMeta(files.meta, meta);
  linkBackup(indexFolder, draft);
  return { draft, files, meta, index };
}

const pageSize = 256;

/** One pass: only reading an embedding shows whether it is current. */
function writeVectors(library: Db, model: Embedder, file: string, onProgress: Build['onProgress']) {
  const repository = createEmbeddingRepository(library);
  const vectors: MetaVector[] = [];
  const sample = createMeaningSample();
  const total = repository.countEntries();
  const readVectors = function* () {
    let done = 0;
    for (const page of repository.entryPages({}, pageSize)) {
      for (const entry of page) {
        const vector = currentVector(entry, model);
        if (vector === null) continue;
        const content_hash = entry.content_hash ?? contentHash(embeddedText(entry));
        vectors.push({ entity_id: entry.id, kind: entry.kind, content_hash });
        yield sample.keep(vector);
      }
      done += page.length;
      onProgress(done, total, 'build');
    }
  };
  const index = writeIndexFile(file, model.dimension, readVectors());
  if (index.count > 0) return { index, vectors, minMeaning: sample.limit() };
  throw badInput('nothing_to_index', 'No entry is embedded, so there is nothing to build an index from.');
}
