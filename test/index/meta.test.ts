import path from 'node:path';
import t from 'tap';
import { type IndexMeta, type MetaVector, parseMeta, readMeta, writeMeta } from '../../src/index/meta.ts';
import { makeFolder } from '../support/folder.ts';

const meta = (vectors: MetaVector[]): IndexMeta => ({
  format_version: 1,
  model: 'chl/built-in-384',
  model_name: 'chl/built-in-384',
  model_version: '1',
  dimension: 384,
  count: vectors.length,
  sha256: 'aa',
  checksum: 'aa',
  library_revision: 7,
  job_id: 'job-1',
  built_at: '2026-01-01T00:00:00.000Z',
  version: '0.1.0',
  vectors,
});
const vectors = (count: number): MetaVector[] =>
  Array.from({ length: count }, (_, i) => ({
    entity_id: `E${i} "quoted"\n`,
    kind: i % 2 ? 'manual' : 'experience',
    content_hash: `hash ${i}`,
  }));

t.test('a written meta file is read back, for any number of vectors', (t) => {
  const folder = makeFolder(t);
  for (const count of [0, 1, 1000, 2345]) {
    const file = path.join(folder, `${count}.json`);
    writeMeta(file, meta(vectors(count)));
    t.same(readMeta(file), meta(vectors(count)));
  }
  t.end();
});

t.test('each defect of a meta file has its own message', (t) => {
  const text = (change: Record<string, unknown>) => JSON.stringify({ ...meta(vectors(2)), ...change });
  const refusals: [string, RegExp][] = [
    ['{"format_version":', /is not JSON/],
    ['[]', /holds no JSON object/],
    [text({ format_version: 2 }), /has format 2; this version reads 1/],
    [text({ model: 3 }), /no usable "model": 3/],
    [text({ job_id: undefined }), /no usable "job_id": it is missing/],
    [text({ built_at: 'yesterday' }), /no usable "built_at": "yesterday"/],
    [text({ built_at: '2026-13-01T00:00:00.000Z' }), /no usable "built_at"/],
    [text({ built_at: '2026-01-01T00:00:00.000Z"\r\nx: y' }), /no usable "built_at"/],
    [text({ dimension: -1 }), /no usable "dimension": -1/],
    [text({ library_revision: 1.5 }), /no usable "library_revision": 1.5/],
    [text({ vectors: null }), /no usable "vectors": null/],
    [text({ count: 3 }), /counts 3 vectors and lists 2/],
    [text({ vectors: [vectors(1)[0], { entity_id: '' }] }), /Vector 1 of the meta file names no entry/],
    [text({ vectors: [{ ...vectors(1)[0], kind: 'other' }] }), /Vector 0 of the meta file/],
  ];
  for (const [bad, message] of refusals) t.throws(() => parseMeta(bad), message);
  t.end();
});
