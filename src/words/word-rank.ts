// Ranks candidates of the word index: BM25 over the fields of an entry, by terms and by their four-letter parts alike. A code, a
// sign and a pair have no parts; each counts once more as a whole in their place.
import { gramsOf, type Facts, type Weighed } from './word-query.ts';
import { createTermScan } from './word-scan.ts';
import { codeSign, joinedMark } from './word-text.ts';

// Chosen with 200 queries whose right answer is known; nearby values find about the same.
const fieldWeights = [1, 3, 1];
/** The share of a field's length in its weight. */
const lengthShare = 0.5;
const saturation = 1.5;
/** The number of terms of a text that are read. */
const maxTerms = 3000;

/** A word of more entries, and of a larger share of them, is very common. */
const minCommon = 10;
const minCommonShare = 0.02;

/** `texts`: title, summary and text as terms, each joined by spaces. */
export type Ranked = { score: number; coverage: number; lacksRare: boolean; found: Weighed[] };

/** Returns a function that scores the texts of an entry. */
export function createRanker(terms: Weighed[], { lengths, count: entries }: Facts) {
  const { slotsOf, weights } = createSlots(terms);
  const scan = createTermScan(terms.flatMap(({ forms }) => forms));
  const isCommon = ({ count }: Weighed) => count > Math.max(minCommon, entries * minCommonShare);
  const hasRare = terms.some((term) => term.count > 0 && !isCommon(term));
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
    const found = terms.filter((_, slot) => (counts[slot] ?? 0) > 0);
    return {
      score: byTerms / termMass / 2 + byGrams / gramMass / 2,
      coverage: covered / termMass,
      lacksRare: hasRare && found.every(isCommon),
      found,
    };
  };
}

/** The first slots are of the terms, the others of their parts or, again, of terms without parts. `slotsOf` remembers each term
 *  that it has met. */
function createSlots(terms: Weighed[]) {
  const slots = new Map(terms.flatMap(({ forms }, slot) => forms.map((form) => [form, slot])));
  const weights = terms.map(({ weight }) => weight);
  const gramSlots = new Map<string, number>();
  const wholeSlots = new Map<string, number>();
  for (const { term, forms, weight, token } of terms) {
    if (token.kind !== 'word') {
      const slot = weights.push(weight) - 1;
      for (const form of forms) wholeSlots.set(form, slot);
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
    const grams =
      codeSign.test(term) || term.startsWith(joinedMark)
        ? []
        : gramsOf(term).flatMap((gram) => gramSlots.get(gram) ?? []);
    return [own ?? [], wholeSlots.get(term) ?? [], grams].flat();
  };
  const slotsOf = (term: string): number[] => {
    const found = known.get(term) ?? find(term);
    known.set(term, found);
    return found;
  };
  return { slotsOf, weights: Float64Array.from(weights) };
}
