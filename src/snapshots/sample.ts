// Compares a sample of the vectors of a snapshot with the embeddings that the library has of the same texts: only that shows
// that the vectors belong to the entries which the meta file names.
import type { Db } from '../core/db/open.ts';
import { formatNumber, plural } from '../core/format.ts';
import { toUnitVector } from '../embedding/vector.ts';
import { readVector } from '../index/faiss-reader.ts';
import type { MetaVector } from '../index/meta.ts';
import { createIndexRepository } from '../index/repository.ts';
import { refusal } from './refusal.ts';

/** How many vectors were compared; all but a few were equal. */
export type Sample = { compared: number; equal: number };

type Compared = { library: Db; file: string; dimension: number; model: string; vectors: MetaVector[] };

const sampleSize = 64;
/** The cosine of two embeddings of one text: services compute with limited precision. */
const minCosine = 0.99;
/** Some entries may have been embedded while the service had another version. */
const minEqualShare = 0.9;
/** One vector that differs proves nothing. */
const minDiffering = 2;

/** Throws `vectors_differ` when the vectors are not those of the entries. */
export function compareSample(given: Compared): Sample {
  const { file, dimension, vectors } = given;
  const stored = prepareStored(given);
  const rows = spreadRows(vectors.length);
  const sample = { compared: 0, equal: 0 };
  for (const row of rows) {
    if (sample.compared === sampleSize) break;
    const expected = stored(vectors[row] as MetaVector);
    if (expected === null) continue;
    sample.compared++;
    if (cosine(expected, readVector(file, dimension, row)) > minCosine) sample.equal++;
  }
  const { compared, equal } = sample;
  if (compared - equal < minDiffering || equal >= compared * minEqualShare) return sample;
  const message = `${formatNumber(compared - equal)} of ${plural(compared, 'compared vector')} differ from what the library has of the same texts, so they belong to other entries or to another model.`;
  throw refusal('vectors_differ', message);
}

export function describeSample({ compared, equal }: Sample): string {
  if (compared === 0) return 'No vector could be compared: the library has no embedding of these entries.';
  return `${formatNumber(equal)} of ${plural(compared, 'compared vector')} ${equal === 1 ? 'equals' : 'equal'} what the library has of the same texts.`;
}

/** Each row once: first a few over the whole index, then those between. */
function* spreadRows(count: number): Generator<number> {
  const step = Math.max(1, Math.floor(count / sampleSize));
  for (let from = 0; from < step; from++) for (let row = from; row < count; row += step) yield row;
}

/** Gives the library's current embedding of the same text by the same model; null without one. */
function prepareStored({ library, model, dimension }: Compared) {
  const { vectorOf, findState, hashOfEntry } = createIndexRepository(library);
  return ({ kind, entity_id, content_hash }: MetaVector) => {
    const state = findState(kind, entity_id, model);
    if (state?.content_hash !== content_hash || hashOfEntry(kind, entity_id) !== content_hash) return null;
    const bytes = vectorOf(kind, entity_id, model);
    return bytes && toUnitVector(bytes, dimension);
  };
}

function cosine(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] as number), 0);
}
