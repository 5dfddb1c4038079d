import fs from 'node:fs';
import path from 'node:path';
import t from 'tap';
import wabt from 'wabt';
import { createRandom } from '../../scripts/random.ts';
import { packageRoot } from '../../src/core/config.ts';
import { dotBinary } from '../../src/index/dot-binary.ts';
import { createKernel, dotModule, scoreRows } from '../../src/index/dot.ts';

const createPlainKernel = (dimension: number) => createKernel(dimension, null);

const random = createRandom(11);
const numbers = (length: number) => Float32Array.from({ length }, () => random(2000) / 1000 - 1);

/** The scores of all rows by a kernel, computed in two parts. */
function scoreAll(vectors: Float32Array, query: Float32Array, create = createKernel) {
  const count = vectors.length / query.length;
  const kernel = create(query.length);
  const room = kernel.allocate(vectors.byteLength);
  room.set(new Uint8Array(vectors.buffer));
  const half = count >> 1;
  return [...kernel.score(query, 0, half), ...kernel.score(query, half, count)];
}

t.test('the kernel in the repository equals the compiled dot.wat', async (t) => {
  const compiler = await wabt();
  const text = fs.readFileSync(path.join(packageRoot, 'src/index/dot.wat'), 'utf8');
  const { buffer } = compiler.parseWat('dot.wat', text, { simd: true }).toBinary({});
  t.equal(dotBinary, Buffer.from(buffer).toString('base64'));
});

t.test('the kernel gives the inner product of every row, for odd and even counts', (t) => {
  t.ok(dotModule, 'this engine has SIMD');
  for (const [count, dimension] of [
    [1, 8],
    [2, 16],
    [8, 24],
    [7, 384],
    [300, 48],
  ] as const) {
    const vectors = numbers(count * dimension);
    const query = numbers(dimension);
    const plain = new Float32Array(count);
    scoreRows(query, vectors, plain);
    const scores = scoreAll(vectors, query);
    t.equal(scores.length, count);
    t.ok(
      scores.every((score, row) => Math.abs(score - (plain[row] as number)) < 1e-4),
      `${count} rows`,
    );
  }
  t.end();
});

t.test('a vector scores the same bits in every row', (t) => {
  const query = numbers(64);
  const vector = numbers(64);
  const vectors = new Float32Array(64 * 9);
  for (let row = 0; row < 9; row++) vectors.set(vector, row * 64);
  t.equal(new Set(scoreAll(vectors, query)).size, 1);
  t.end();
});

t.test(
  'the plain loop gives the same scores without SIMD and for dimensions that do not fit the kernel',
  (t) => {
    for (const [dimension, create] of [
      [5, createKernel],
      [384, createPlainKernel],
    ] as const) {
      const vectors = numbers(7 * dimension);
      const query = numbers(dimension);
      const plain = new Float32Array(7);
      scoreRows(query, vectors, plain);
      t.same(scoreAll(vectors, query, create), [...plain]);
    }
    t.end();
  },
);

t.test('the kernel gives the squared length of every row, with and without SIMD', (t) => {
  for (const [count, dimension, create] of [
    [7, 384, createKernel],
    [1, 8, createKernel],
    [7, 384, createPlainKernel],
    [3, 5, createKernel],
  ] as const) {
    const vectors = numbers(count * dimension);
    const kernel = create(dimension);
    kernel.allocate(vectors.byteLength).set(new Uint8Array(vectors.buffer));
    const from = count >> 1;
    const squares = kernel.squares(from, count);
    t.equal(squares.length, count - from);
    t.ok(
      squares.every((value, i) => {
        const row = vectors.subarray((from + i) * dimension, (from + i + 1) * dimension);
        return Math.abs(value - row.reduce((sum, number) => sum + number * number, 0)) < 1e-3;
      }),
      `${count} rows of ${dimension}`,
    );
  }
  t.end();
});

t.test('a kernel without vectors scores nothing', (t) => {
  t.throws(() => createKernel(16).score(numbers(16), 0, 1), /no vectors/);
  t.end();
});
