// The .meta.json beside an index file: the entry of each vector, and what the file was built from.
import fs from 'node:fs';
import type { Kind } from '../library/content.ts';
import { isObject, parseJson } from '../core/json.ts';

export type MetaVector = { entity_id: string; kind: Kind; content_hash: string };

/** `model_name`, `dimension`, `count` and `checksum` are the keys that CHL reads. */
export type IndexMeta = {
  format_version: number;
  model: string;
  model_name: string;
  model_version: string;
  dimension: number;
  count: number;
  sha256: string;
  checksum: string;
  library_revision: number;
  job_id: string;
  built_at: string;
  version: string;
  vectors: MetaVector[];
};

export const metaFormatVersion = 1;

/** Writes and fsyncs a new file, one vector a line, without building one string of it. */
export function writeMeta(file: string, { vectors, ...head }: IndexMeta) {
  const fd = fs.openSync(file, 'wx');
  try {
    fs.writeFileSync(fd, `${JSON.stringify(head).slice(0, -1)},"vectors":[\n`);
    for (let from = 0; from < vectors.length; from += lineBatch) {
      const lines = vectors.slice(from, from + lineBatch).map((vector) => JSON.stringify(vector));
      const isLast = from + lineBatch >= vectors.length;
      fs.writeFileSync(fd, `${lines.join(',\n')}${isLast ? '\n' : ',\n'}`);
    }
    fs.writeFileSync(fd, ']}\n');
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Throws one sentence when the file is not a meta file, has another format, or contradicts itself. */
export function readMeta(file: string): IndexMeta {
  return parseMeta(fs.readFileSync(file, 'utf8'));
}

/** Throws as `readMeta` does. */
export function parseMeta(text: string): IndexMeta {
  const wrong = (why: string) => new Error(`The meta file ${why}`);
  const value = parseJson(text);
  if (value === undefined) throw wrong('is not JSON.');
  if (!isObject(value)) throw wrong('holds no JSON object.');
  const format = JSON.stringify(value.format_version);
  if (value.format_version !== metaFormatVersion)
    throw wrong(`has format ${format}; this version reads ${metaFormatVersion}.`);
  for (const key of textKeys) expectKey(value, key, typeof value[key] === 'string');
  expectKey(value, 'built_at', isTime(value.built_at));
  for (const key of ['dimension', 'count', 'library_revision']) expectKey(value, key, isCount(value[key]));
  expectKey(value, 'vectors', Array.isArray(value.vectors));
  const meta = value as IndexMeta;
  const unreadable = meta.vectors.findIndex((vector) => !isVector(vector));
  if (unreadable >= 0) {
    throw new Error(`Vector ${unreadable} of the meta file names no entry with its kind and content hash.`);
  }
  if (meta.vectors.length === meta.count) return meta;
  throw wrong(`counts ${meta.count} vectors and lists ${meta.vectors.length}.`);
}

const lineBatch = 1000;
const textKeys = ['model', 'model_name', 'model_version', 'sha256', 'checksum', 'job_id', 'version'] as const;

function expectKey(value: Record<string, unknown>, key: string, isRight: boolean) {
  if (isRight) return;
  const found = value[key] === undefined ? 'it is missing' : JSON.stringify(value[key]).slice(0, 60);
  throw new Error(`The meta file has no usable ${JSON.stringify(key)}: ${found}.`);
}

function isVector(value: unknown): value is MetaVector {
  if (!isObject(value)) return false;
  const { entity_id, kind, content_hash } = value;
  const isKind = kind === 'experience' || kind === 'manual';
  return typeof entity_id === 'string' && entity_id !== '' && isKind && typeof content_hash === 'string';
}

/** Whether it is a time as `toISOString` writes it: pages format it, and the name of a download contains its day. */
export function isTime(value: unknown): value is string {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\dT/.test(value)) return false;
  const ms = Date.parse(value);
  return Number.isFinite(ms) && new Date(ms).toISOString() === value;
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
