// The inner products of one query with every vector, the one hot loop of exact search, and the lengths of the vectors. The
// vectors are held once, in the memory of a WebAssembly module (dot.wat). A plain loop replaces the module where it does not
// fit; its results differ in the last digits.
import { dotBinary } from './dot-binary.ts';

export type Kernel = {
  /** Returns memory for vectors of `dimension` float32 numbers, which the caller fills. To be called once. */
  allocate(bytes: number): Uint8Array;
  /** The scores of the rows from `from` to before `to`, in an array that the next call reuses. */
  score(query: Float32Array, from: number, to: number): Float32Array;
  /** The squared lengths of those rows, in the same array. */
  squares(from: number, to: number): Float32Array;
};

/** Uses SIMD where the engine has it (`simd`) and the vectors fit. */
export function createKernel(dimension: number, simd = dotModule): Kernel {
  let scorer: Scorer | null = null;
  const filled = () => {
    if (scorer) return scorer;
    throw new Error('There are no vectors to score.');
  };
  return {
    allocate(bytes) {
      const simdScorer = simd && dimension % 8 === 0 && createSimdScorer(simd, dimension, bytes);
      scorer = simdScorer || createPlainScorer(dimension, bytes);
      return scorer.vectors;
    },
    score: (query, from, to) => filled().score(query, from, to),
    squares: (from, to) => filled().squares(from, to),
  };
}

/** Scores two rows a pass, so that each number of the query is loaded once for both. */
export function scoreRows(query: Float32Array, vectors: Float32Array, scores: Float32Array) {
  const dimension = query.length;
  const count = scores.length;
  for (let row = 0; row < count; row += 2) {
    const first = row * dimension;
    const second = row + 1 < count ? first + dimension : first;
    let even = 0;
    let odd = 0;
    for (let i = 0; i < dimension; i++) {
      const number = query[i] as number;
      even += number * (vectors[first + i] as number);
      odd += number * (vectors[second + i] as number);
    }
    scores[row] = even;
    if (second !== first) scores[row + 1] = odd;
  }
}

type Scorer = { vectors: Uint8Array } & Pick<Kernel, 'score' | 'squares'>;

type Exports = {
  memory: { buffer: ArrayBuffer; grow(pages: number): number };
  /** See dot.wat. */
  dots(query: number, row: number, count: number, gap: number, width: number, out: number): void;
  squares(row: number, count: number, width: number, out: number): void;
};

/** The part of the interface that is used; Node's types do not include it. */
declare const WebAssembly: {
  validate(binary: Uint8Array): boolean;
  Module: new (binary: Uint8Array) => Module;
  Instance: new (module: Module) => { exports: Exports };
};
type Module = { readonly isCompiled: unique symbol };

const pageBytes = 65_536;
const binary = Buffer.from(dotBinary, 'base64');
/** Null when the engine has no SIMD. */
export const dotModule = WebAssembly.validate(binary) ? new WebAssembly.Module(binary) : null;

/** The memory holds query, scores and vectors. Null when it cannot grow that far: a module has at most 4 GiB. */
function createSimdScorer(module: Module, dimension: number, bytes: number): Scorer | null {
  const { memory, dots, squares } = new WebAssembly.Instance(module).exports;
  const width = dimension * 4;
  const count = bytes / width;
  const scoresAt = width;
  const vectorsAt = Math.ceil((scoresAt + count * 4) / 64) * 64;
  try {
    memory.grow(Math.ceil((vectorsAt + bytes) / pageBytes));
  } catch {
    return null;
  }
  const query = new Float32Array(memory.buffer, 0, dimension);
  const scores = new Float32Array(memory.buffer, scoresAt, count);
  return {
    vectors: new Uint8Array(memory.buffer, vectorsAt, bytes),
    score(vector, from, to) {
      query.set(vector);
      const row = vectorsAt + from * width;
      const quarter = (to - from) >> 2;
      const left = quarter * 4;
      dots(0, row, quarter, quarter, width, scoresAt);
      dots(0, row + left * width, to - from - left, 0, width, scoresAt + left * 4);
      return scores.subarray(0, to - from);
    },
    squares(from, to) {
      squares(vectorsAt + from * width, to - from, width, scoresAt);
      return scores.subarray(0, to - from);
    },
  };
}

function createPlainScorer(dimension: number, bytes: number): Scorer {
  const vectors = new Uint8Array(bytes);
  const numbers = new Float32Array(vectors.buffer);
  const scores = new Float32Array(numbers.length / dimension);
  return {
    vectors,
    score(vector, from, to) {
      const filled = scores.subarray(0, to - from);
      scoreRows(vector, numbers.subarray(from * dimension, to * dimension), filled);
      return filled;
    },
    squares(from, to) {
      for (let row = from; row < to; row++)
        scores[row - from] = squareSum(numbers, row * dimension, dimension);
      return scores.subarray(0, to - from);
    },
  };
}

/** The sum of the squares of `dimension` numbers, from the index `from` on. */
export function squareSum(numbers: Float32Array, from: number, dimension: number): number {
  let sum = 0;
  for (let i = from; i < from + dimension; i++) sum += (numbers[i] as number) ** 2;
  return sum;
}
