// Finds entries of a restored library in its restored index. Titles would prove nothing, since many entries share theirs: each
// entry is searched by its stored embedding, and must be among the hits with the highest score.
import { createHash } from 'node:crypto';
import { openDatabase } from '../core/db/open.ts';
import { toUnitVector } from '../embedding/vector.ts';
import { type LoadedIndex, loadGeneration } from '../index/loaded.ts';
import type { MetaVector } from '../index/meta.ts';
import { createIndexRepository } from '../index/repository.ts';

/** `folder` contains the folder `index` with the files of a generation. A null `model`: that of the index. */
type Restored = { folder: string; library: string; model: string; dimension: number | null };

/** `lost`: the first entry that was not found. */
type Finding = { vectors: number; searched: number; found: number; lost: MetaVector | null };

const wantedEntries = 20;
const rowsPerStep = 4096;

/** Throws one sentence when the index cannot be loaded. */
export function findEntries({ folder, library, model, dimension }: Restored): Finding {
  const index = loadGeneration(folder, 'index', { name: model, dimension });
  const db = openDatabase(library, { busyMs: 0 });
  try {
    const samples = chooseSamples(index, createIndexRepository(db));
    const lost = samples.filter((sample) => !isFound(score(index, sample)));
    return {
      vectors: index.meta.count,
      searched: samples.length,
      found: samples.length - lost.length,
      lost: lost[0]?.entry ?? null,
    };
  } finally {
    db.close();
  }
}

type Sample = { entry: MetaVector; row: number; vector: Float32Array };

/** Entries by the hash of their id, so that each set has its own and a second test has the same. An entry whose text has changed
 *  since the index was built is passed over: its vector in the index is another. */
function chooseSamples(
  { meta, dimension }: LoadedIndex,
  library: ReturnType<typeof createIndexRepository>,
): Sample[] {
  const byHash = Array.from(meta.vectors, (entry, row) => ({ entry, row, hash: hashId(entry) })).sort(
    (one, other) => (one.hash < other.hash ? -1 : 1),
  );
  const samples: Sample[] = [];
  for (const { entry, row } of byHash) {
    if (samples.length === wantedEntries) break;
    const { kind, entity_id: id } = entry;
    const state = library.findState(kind, id, meta.model);
    const isFresh = state !== null && ['', entry.content_hash].includes(state.content_hash ?? 'none');
    if (!isFresh || library.hashOfEntry(kind, id) !== entry.content_hash) continue;
    const bytes = library.vectorOf(kind, id, meta.model);
    const vector = bytes && toUnitVector(bytes, dimension);
    if (vector) samples.push({ entry, row, vector });
  }
  return samples;
}

function hashId({ kind, entity_id: id }: MetaVector): string {
  return createHash('sha256').update(`${kind}:${id}`).digest('hex');
}

type Scores = { own: number; best: number };

function score(index: LoadedIndex, { row, vector }: Sample): Scores {
  const scores = { own: Number.NaN, best: Number.NEGATIVE_INFINITY };
  for (let first = 0; first < index.meta.count; first += rowsPerStep) {
    const found = index.score(vector, first, Math.min(first + rowsPerStep, index.meta.count));
    for (const one of found) if (one > scores.best) scores.best = one;
    scores.own = found[row - first] ?? scores.own;
  }
  return scores;
}

const rounding = 1e-4;
/** The vectors of an installed snapshot were computed elsewhere, with limited precision. */
const minCosine = 0.99;

/** Another entry may have the same score, such as one with the same text. */
function isFound({ own, best }: Scores): boolean {
  const slack = Math.abs(1 - own) < 10 * rounding ? rounding : 1 - minCosine;
  return own >= minCosine && best - own <= slack;
}
