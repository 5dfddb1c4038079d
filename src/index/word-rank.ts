// Ranks candidates of the word index: BM25 over the fields of an entry, by terms and by their four-letter parts alike. A code, a
// sign and a pair have no parts; each counts once more as a whole in their place.
import { gramsOf, type Facts, type Weighed } from './word-query.ts';
import { createTermScan } from './word-scan.ts';
import { codeSign } from './word-text.ts';

// Chosen with 200 queries whose right answer is known; nearby values find about the same.
const fieldWeights = [1, 3, 1];
/** The share of a field's length in its weight. */
const lengthShare = 0.5;
const saturation = 1.5;
/** The number of terms of a text that are read. */
const maxTerms = 3000;

/** `texts`: title, summary and text as terms, each joined by spaces. */
export type Ranked = { score: number; coverage: number; found: Weighed[] };

/** Returns a function that scores the texts of an entry. */
export function createRanker(terms: Weighed[], { lengths }: Facts) {
  const { slotsOf, weights } = createSlots(terms);
  const scan = createTermScan(terms.map(({ term }) => term));
  const gramStart = terms.length;
  const counts = new Float64Array(weights.length);
  const sum = (from: number, to: number) => weights.subarray(from, to).reduce((all, one) => all + one, 0);
  const termMass = sum(0, gramStart) || 1;
  const gramMass = sum(gramStart, weights.length) || 1;

  return (texts: string[]): Ranked => {
    counts.fill(0);
    for (const [field, text] of texts.entries()) {
      const { count, found } = scan(text, maxTerms);
      const length = 1 - lengthShare + (lengthShare * count) / (lengths[field] || 1);
      const added = (fieldWeights[field] ?? 0) / length;
      for (const term of found) for (const slot of slotsOf(term)) counts[slot] = (counts[slot] ?? 0) + added;
    }
    let byTerms = 0;
    let byGrams = 0;
    let covered = 0;
    for (let slot = 0; slot < weights.length; slot++) {
      const count = counts[slot] ?? 0;
      if (count === 0) continue;
      const weight = weights[slot] ?? 0;
      const part = (weight * count) / (count + saturation);
      if (slot < gramStart) byTerms += part;
      else byGrams += part;
      if (slot < gramStart) covered += weight;
    }
    return {
      score: byTerms / termMass / 2 + byGrams / gramMass / 2,
      coverage: covered / termMass,
      found: terms.filter((_, slot) => (counts[slot] ?? 0) > 0),
    };
  };
}

/** The first slots are of the terms, the others of their parts or, again, of terms without parts. `slotsOf` remembers each term
 *  that it has met. */
function createSlots(terms: Weighed[]) {
  const slots = new Map(terms.map(({ term }, slot) => [term, slot]));
  const weights = terms.map(({ weight }) => weight);
  const gramSlots = new Map<string, number>();
  const wholeSlots = new Map<string, number>();
  for (const { term, weight, token } of terms) {
    if (token.kind !== 'word') {
      wholeSlots.set(term, weights.push(weight) - 1);
      continue;
    }
    const grams = gramsOf(term);
    for (const gram of grams) {
      const slot = gramSlots.get(gram) ?? weights.length;
      gramSlots.set(gram, slot);
      weights[slot] = Math.max(weights[slot] ?? 0, weight / Math.sqrt(grams.length));
    }
  }
  const known = new Map<string, number[]>();
  const find = (term: string) => {
    const own = slots.get(term);
    const grams = codeSign.test(term) ? [] : gramsOf(term).flatMap((gram) => gramSlots.get(gram) ?? []);
    return [own ?? [], wholeSlots.get(term) ?? [], grams].flat();
  };
  const slotsOf = (term: string): number[] => {
    const found = known.get(term) ?? find(term);
    known.set(term, found);
    return found;
  };
  return { slotsOf, weights: Float64Array.from(weights) };
}
