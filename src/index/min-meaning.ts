// The similarity above which two texts of an index are near in meaning. Each model has its own scale: of some, two unrelated
// texts have a similarity of 0.7, of others 0.1.

/** For an index that was built without a limit of its own. */
const usualMinMeaning = 0.5;

/** So many vectors are compared with each other, evenly spread over the index. */
const maxSample = 400;
/** Fewer say too little. */
const minSample = 30;
/** The share of pairs of entries that are less similar: few entries are near to another by chance. */
const share = 0.95;

/** `keep` returns its vector, of length 1. `limit` gives null for a small index. */
export function createMeaningSample() {
  let sample: Float32Array[] = [];
  let every = 1;
  let count = 0;

  return {
    keep(vector: Float32Array): Float32Array {
      if (count++ % every === 0) sample.push(vector);
      if (sample.length === maxSample * 2) {
        sample = sample.filter((_, at) => at % 2 === 0);
        every *= 2;
      }
      return vector;
    },
    limit(): number | null {
      if (sample.length < minSample) return null;
      const similarities: number[] = [];
      const step = Math.ceil(sample.length / maxSample);
      const chosen = sample.filter((_, at) => at % step === 0);
      for (const [at, vector] of chosen.entries())
        for (let other = 0; other < at; other++)
          similarities.push(dot(vector, chosen[other] as Float32Array));
      similarities.sort((one, other) => one - other);
      const found = similarities[Math.floor(similarities.length * share)] ?? usualMinMeaning;
      return Math.round(Math.min(0.95, Math.max(0.05, found)) * 1000) / 1000;
    },
  };
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < one.length; at++) sum += (one[at] as number) * (other[at] as number);
  return sum;
}

/** The limit of an index. */
export function minMeaningOf({ min_meaning }: { min_meaning?: unknown }): number {
  const isLimit = typeof min_meaning === 'number' && min_meaning > 0 && min_meaning < 1;
  return isLimit ? min_meaning : usualMinMeaning;
}
