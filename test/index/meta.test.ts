import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import {
  type IndexMeta,
  type MetaVector,
  parseMeta,
  readMeta,
  readMetaHead,
  scanMeta,
  writeMeta,
} from '../../src/index/meta.ts';
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

t.test('a meta file is read part by part, however it is laid out', (t) => {
  const folder = makeFolder(t);
  for (const count of [0, 1, 1000, 25_000]) {
    const whole = meta(vectors(count));
    const { vectors: expected, ...head } = whole;
    const ours = path.join(folder, `${count}.json`);
    writeMeta(ours, whole);
    const other = path.join(folder, `${count}-other.json`);
    fs.writeFileSync(other, JSON.stringify(whole, null, 1));
    for (const file of [ours, other]) {
      const found: MetaVector[] = [];
      t.same(
        scanMeta(file, (vector) => found.push(vector)),
        head,
      );
      t.same(found, expected);
      t.match(readMetaHead(file), head);
    }
  }
  t.end();
});

t.test('a damaged meta file is refused alike, read as a whole or in parts', (t) => {
  const folder = makeFolder(t);
  const file = path.join(folder, 'meta.json');
  writeMeta(file, meta(vectors(3)));
  const text = fs.readFileSync(file, 'utf8');
  const damages: [string, RegExp][] = [
    [text.slice(0, -20), /is not JSON|counts 3 vectors/],
    [text.slice(0, text.indexOf('\n') + 1), /is not JSON|counts 3 vectors/],
    [text.slice(0, 40), /is not JSON/],
    [text.slice(0, -3), /is not JSON/],
    [text.replace('"count":3', '"count":4'), /counts 4 vectors and lists 3/],
    [text.replace('"manual"', '"other"'), /Vector 1 of the meta file names no entry/],
    [text.replace('"format_version":1', '"format_version":2'), /has format 2/],
  ];
  for (const [damaged, message] of damages) {
    fs.writeFileSync(file, damaged);
    t.throws(() => readMeta(file), message);
    t.throws(() => scanMeta(file, () => {}), message);
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
