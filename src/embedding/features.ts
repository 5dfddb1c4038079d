// Counts the hashed features of one text: words, word pairs, character n-grams. The typed arrays are reused for the next
// text: 400 characters have about 1,500 features, and a string for each would cost more than everything else.

/** An open-addressing hash table: a 32-bit hash, its weight, and its count. */
export function createFeatureCounts() {
  let mask = 4095;
  let hashes = new Int32Array(mask + 1);
  let weights = new Float64Array(mask + 1);
  let counts = new Uint32Array(mask + 1);
  let used = new Int32Array((mask + 1) / 2);
  let size = 0;

  const grow = () => {
    const old = { hashes, weights, counts, used, size };
    mask = mask * 2 + 1;
    hashes = new Int32Array(mask + 1);
    weights = new Float64Array(mask + 1);
    counts = new Uint32Array(mask + 1);
    used = new Int32Array((mask + 1) / 2);
    size = 0;
    for (let i = 0; i < old.size; i++) {
      const slot = old.used[i] as number;
      add(old.hashes[slot] as number, old.weights[slot] as number, old.counts[slot] as number);
    }
  };

  const add = (hash: number, weight: number, times: number) => {
    let slot = hash & mask;
    while (counts[slot] !== 0 && hashes[slot] !== hash) slot = (slot + 1) & mask;
    if (counts[slot] === 0) {
      if (size === used.length) {
        grow();
        add(hash, weight, times);
        return;
      }
      hashes[slot] = hash;
      weights[slot] = weight;
      used[size++] = slot;
    }
    counts[slot] = (counts[slot] as number) + times;
  };

  return {
    add,
    isEmpty: () => size === 0,
    /** Passes every feature once, in order of arrival, and empties the table. */
    drain(each: (hash: number, weight: number, count: number) => void) {
      for (let i = 0; i < size; i++) {
        const slot = used[i] as number;
        each(hashes[slot] as number, weights[slot] as number, counts[slot] as number);
        counts[slot] = 0;
      }
      size = 0;
    },
  };
}
