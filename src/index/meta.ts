// The .meta.json beside an index file: the entry of each vector, and what the file was built from.
import fs from 'node:fs';
import type { HashedEntries, HashedEntry } from '../library/entry-table.ts';
import { isObject, parseJson } from '../core/json.ts';

export type MetaVector = HashedEntry;
export type MetaVectors = HashedEntries;

/** `model_name`, `dimension`, `count` and `checksum` are the keys that CHL reads. `min_meaning`: see `min-meaning.ts`; former
 *  versions did not write it. */
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
  min_meaning?: number;
  vectors: MetaVector[];
};

/** All but the entries. */
export type MetaHead = Omit<IndexMeta, 'vectors'>;

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
  const meta = asMeta(parseJson(text));
  for (const [row, vector] of meta.vectors.entries()) assertVector(vector, row);
  assertCount(meta, meta.vectors.length);
  return meta;
}

const wrong = (why: string) => new Error(`The meta file ${why}`);

/** Does not look at the entries. */
function asMeta(value: unknown): IndexMeta {
  if (value === undefined) throw wrong('is not JSON.');
  if (!isObject(value)) throw wrong('holds no JSON object.');
  const format = JSON.stringify(value.format_version);
  if (value.format_version !== metaFormatVersion)
    throw wrong(`has format ${format}; this version reads ${metaFormatVersion}.`);
  for (const key of textKeys) expectKey(value, key, typeof value[key] === 'string');
  expectKey(value, 'built_at', isTime(value.built_at));
  for (const key of ['dimension', 'count', 'library_revision']) expectKey(value, key, isCount(value[key]));
  expectKey(value, 'vectors', Array.isArray(value.vectors));
  return value as IndexMeta;
}

function assertVector(vector: unknown, row: number): asserts vector is MetaVector {
  if (isVector(vector)) return;
  throw new Error(`Vector ${row} of the meta file names no entry with its kind and content hash.`);
}

function assertCount({ count }: MetaHead, listed: number) {
  if (listed !== count) throw wrong(`counts ${count} vectors and lists ${listed}.`);
}

const partBytes = 1024 * 1024;
const headEnd = ',"vectors":[\n';

/** Reads a meta file part by part, and gives each entry to `onVector`. Throws as `readMeta` does, and what `onVector` throws. */
export function scanMeta(file: string, onVector: (vector: MetaVector) => void): MetaHead {
  const fd = fs.openSync(file, 'r');
  try {
    const lines = readLines(fd);
    const first = lines.next().value ?? '';
    if (!first.endsWith(headEnd)) return scanWhole(file, onVector);
    const { vectors: _, ...head } = asMeta(parseJson(`${first}]}`));
    let rows = 0;
    let isWhole = false;
    for (const part of lines) {
      const text = part.trimEnd();
      isWhole = text === ']}' || text.endsWith('\n]}');
      const end = isWhole ? -2 : text.endsWith(',') ? -1 : text.length;
      const listed = parseJson(`[${text.slice(0, end)}]`);
      if (!Array.isArray(listed)) throw wrong('is not JSON.');
      for (const vector of listed) {
        assertVector(vector, rows++);
        onVector(vector);
      }
    }
    if (!isWhole) throw wrong('is not JSON.');
    assertCount(head, rows);
    return head;
  } finally {
    fs.closeSync(fd);
  }
}

/** Files that other programs have laid out. */
function scanWhole(file: string, onVector: (vector: MetaVector) => void): MetaHead {
  const { vectors, ...head } = readMeta(file);
  for (const vector of vectors) onVector(vector);
  return head;
}

/** Yields the first line, then as many whole lines at once as a part holds. */
function* readLines(fd: number): Generator<string> {
  let rest = Buffer.alloc(0);
  let isFirst = true;
  for (let bytes = readPart(fd); bytes.length > 0; bytes = readPart(fd)) {
    rest = Buffer.concat([rest, bytes]);
    if (isFirst) {
      const end = rest.indexOf('\n') + 1;
      if (end === 0) continue;
      yield rest.toString('utf8', 0, end);
      rest = rest.subarray(end);
      isFirst = false;
    }
    const end = rest.lastIndexOf('\n') + 1;
    if (end > 0) yield rest.toString('utf8', 0, end);
    rest = rest.subarray(end);
  }
  if (rest.length > 0) yield rest.toString('utf8');
}

function readPart(fd: number): Buffer {
  const bytes = Buffer.alloc(partBytes);
  return bytes.subarray(0, fs.readSync(fd, bytes));
}

/** Reads all but the entries, which are not looked at if this program wrote the file. Throws as `readMeta` does. */
export function readMetaHead(file: string): MetaHead {
  const fd = fs.openSync(file, 'r');
  try {
    const first = readLines(fd).next().value ?? '';
    if (!first.endsWith(headEnd)) return readMeta(file);
    const { vectors: _, ...head } = asMeta(parseJson(`${first}]}`));
    return head;
  } finally {
    fs.closeSync(fd);
  }
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
