// The inner products of one query with every vector: the one hot loop of exact search. Whatever replaces it (a WASM
// kernel) gives the same numbers but for the last digits.

/** Gives one score a vector; the same array is filled anew at every call. */
export type Kernel = (query: Float32Array) => Float32Array;

/** `vectors` holds them one after another, `dimension` numbers each. */
export function createKernel(vectors: Float32Array, dimension: number): Kernel {
  const scores = new Float32Array(vectors.length / dimension);
  return (query) => {
    scoreRows(query, vectors, scores);
    return scores;
  };
}

/** Two rows a pass: each number of the query is loaded once for both. */
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
