import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import { readIndexFile, readVector, scanIndexFile } from '../../src/index/faiss-reader.ts';
import { writeIndexFile } from '../../src/index/faiss-writer.ts';
import { makeFolder } from '../support/folder.ts';

const allocate = (bytes: number) => new Uint8Array(bytes);

/** The bytes that faiss.write_index(IndexFlatIP(2)) writes for [[1, -2], [0.5, 0], [0, 3]]. */
const known = Buffer.from(
  [
    '49784649', // "IxFI"
    '02000000', // d
    '0300000000000000', // n
    '0000100000000000', // 1 << 20
    '0000100000000000', // 1 << 20
    '01', // trained
    '00000000', // metric: inner product
    '0600000000000000', // n * d
    '0000803f000000c0', // 1, -2
    '0000003f00000000', // 0.5, 0
    '0000000000004040', // 0, 3
  ].join(''),
  'hex',
);
const vectors = [Float32Array.of(1, -2), Float32Array.of(0.5, 0), Float32Array.of(0, 3)];

t.test('an index is written byte for byte as FAISS writes it', (t) => {
  const file = path.join(makeFolder(t), 'a.index');
  const written = writeIndexFile(file, 2, vectors);
  t.same(fs.readFileSync(file), known);
  t.same(written, {
    dimension: 2,
    count: 3,
    bytes: known.length,
    sha256: createHash('sha256').update(known).digest('hex'),
  });
  t.end();
});

t.test('an index is read into one array', (t) => {
  const file = path.join(makeFolder(t, { 'a.index': known }), 'a.index');
  const { vectors: read, ...rest } = readIndexFile(file, allocate);
  t.same(read, Float32Array.of(1, -2, 0.5, 0, 0, 3));
  t.match(rest, { dimension: 2, count: 3, bytes: 69 });
  t.same(readVector(file, 2, 2), Float32Array.of(0, 3));
  t.end();
});

t.test('the caller decides where the vectors are stored', (t) => {
  const file = path.join(makeFolder(t, { 'a.index': known }), 'a.index');
  const shared = new SharedArrayBuffer(1024);
  const { vectors: read } = readIndexFile(file, (bytes) => new Uint8Array(shared, 64, bytes));
  t.equal(read.buffer, shared);
  t.same([...new Float32Array(shared, 64, 6)], [1, -2, 0.5, 0, 0, 3]);
  t.end();
});

t.test('an index larger than every buffer is read back in chunks of whole vectors', (t) => {
  const file = path.join(makeFolder(t), 'a.index');
  const dimension = 700;
  const count = 4000;
  const row = (i: number) => Float32Array.from({ length: dimension }, (_, j) => i + j / 1000);
  const all = function* () {
    for (let i = 0; i < count; i++) yield row(i);
  };
  const written = writeIndexFile(file, dimension, all());
  const firsts: number[] = [];
  const scanned = scanIndexFile(file, (_, bytes, first) => {
    t.equal(bytes.length % (dimension * 4), 0);
    firsts.push(first);
  });
  t.ok(firsts.length > 1, 'several chunks');
  t.same(scanned, written);
  const read = readIndexFile(file, allocate);
  t.same(read.vectors.subarray(3999 * dimension), row(3999));
  t.same(read.vectors.subarray(1500 * dimension, 1501 * dimension), row(1500));
  t.end();
});

t.test('a change of the file while it is written is noticed', async (t) => {
  const file = path.join(makeFolder(t), 'a.index');
  const vector = new Float32Array(1024).fill(1);
  const changing = function* () {
    for (let i = 0; i < 200; i++) yield vector;
    const fd = fs.openSync(file, 'r+');
    fs.writeSync(fd, Buffer.from([1]), 0, 1, 1000);
    fs.closeSync(fd);
    yield vector;
  };
  t.throws(() => writeIndexFile(file, vector.length, changing()), /holds other vectors than were written/);
});

t.test('an index without vectors is a complete file', (t) => {
  const file = path.join(makeFolder(t), 'a.index');
  writeIndexFile(file, 2, []);
  t.match(readIndexFile(file, allocate), { count: 0, bytes: 45, vectors: new Float32Array() });
  t.end();
});

t.test('a vector of another length is an error, and the unfinished file is not an index', (t) => {
  const file = path.join(makeFolder(t), 'a.index');
  const mixed = [...vectors, Float32Array.of(1)];
  t.throws(() => writeIndexFile(file, 2, mixed), /has 1 numbers; the index has 2/);
  t.throws(() => readIndexFile(file, allocate), /The file is not an IndexFlatIP file/);
  t.end();
});

t.test('each defect of an index file has its own message', (t) => {
  const folder = makeFolder(t);
  const changed = (offset: number, hex: string) => {
    const bytes = Buffer.from(known);
    bytes.write(hex, offset, 'hex');
    return bytes;
  };
  const refusals: [Buffer, RegExp][] = [
    [Buffer.alloc(0), /ends after 0 bytes; its header alone has 45/],
    [known.subarray(0, 44), /ends after 44 bytes/],
    [changed(0, '4978494d'), /begins with "IxIM", not "IxFI"/],
    [changed(4, 'ffffffff'), /names -1 dimensions/],
    [changed(4, '00000000'), /names 0 dimensions/],
    [changed(8, 'ffffffffffffffff'), /names -1 vectors/],
    [changed(32, '00'), /not trained/],
    [changed(33, '01000000'), /metric 1; only the inner product/],
    [changed(37, '0700000000000000'), /names 7 numbers for 3 vectors of 2/],
    [known.subarray(0, 68), /has 68 bytes; 3 vectors of 2 need 69/],
    [Buffer.concat([known, Buffer.of(0)]), /has 70 bytes; 3 vectors of 2 need 69/],
  ];
  for (const [i, [bytes, message]] of refusals.entries()) {
    const file = path.join(folder, `${i}.index`);
    fs.writeFileSync(file, bytes);
    t.throws(() => readIndexFile(file, allocate), message);
  }
  t.end();
});
