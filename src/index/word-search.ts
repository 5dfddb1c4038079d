// Searches a word index: candidates by the rarest terms of a query, within a budget, then ranked by all terms.
import type { WordHit, WordIndex } from './word-index.ts';
import { createRanker } from './word-rank.ts';
import { nameOf, openWordFile, type WordFile } from './word-repository.ts';
import { type Weighed, weigh } from './word-query.ts';
import { tokensOf } from './word-text.ts';

type Best = Parameters<WordIndex['search']>[1];

const minCandidates = 200;
/** Entries that the terms which choose candidates occur in, all together. */
const maxListed = 30_000;
/** Terms that choose candidates, and terms that rank them. */
const maxChoosing = 32;
const maxRanking = 100;

/** Throws one sentence when the file is missing, damaged, or of another version. */
export function openWordIndex(file: string): WordIndex {
  const words = openWordFile(file);
  return {
    search: (query, best) => search(words, query, best),
    has: (word) => tokensOf(word).some(({ term }) => words.countOf(term) > 0),
    count: words.countEntries,
    close: words.close,
  };
}

function search(words: WordFile, query: string, best: Best): WordHit[] {
  const tokens = tokensOf(query);
  const terms = weigh(tokens, words.countOf, words.facts).slice(0, maxRanking);
  const named = new Set(words.rowsNamed(nameOf(tokens)));
  const rank = createRanker(terms, words.facts);
  const hits: WordHit[] = [];
  for (const row of candidatesOf(words, terms, named, best)) {
    const { score, coverage, found } = rank(words.textsOf(row));
    const isNamed = named.has(row);
    hits.push({ row, score: isNamed ? 1 : score, coverage: isNamed ? 1 : coverage, words: wordsOf(found) });
  }
  hits.sort((one, other) => other.score - one.score || one.row - other.row);
  return hits.slice(0, best.wanted);
}

function candidatesOf(words: WordFile, terms: Weighed[], named: Set<number>, { wanted, isWanted }: Best) {
  const size = Math.max(minCandidates, wanted);
  const rows = new Set<number>([...named].filter(isWanted).slice(0, size));
  const take = (found: Iterable<number>) => {
    let listed = 0;
    for (const row of found) {
      if (isWanted(row)) rows.add(row);
      if (rows.size >= size || ++listed > maxListed * 10) return;
    }
  };
  const known = terms.filter(({ count }) => count > 0).slice(0, maxChoosing);
  const rare: string[] = [];
  let total = 0;
  for (const { term, count } of known) {
    total += count;
    if (total <= maxListed) rare.push(term);
  }
  const common = known.slice(rare.length).map(({ term }) => term);
  if (rare.length > 0) take(words.rankedRows(rare));
  if (rows.size >= wanted || common.length === 0) return rows;
  take(words.rowsWithAll(common, true));
  if (rows.size < size) take(words.rowsWithAll(common, false));
  for (const term of common) if (rows.size < size) take(words.rowsWithAll([term], false));
  return rows;
}

/** Without a word that is a part of a code, or of a pair, that is there too. */
function wordsOf(found: Weighed[]): string[] {
  const words = [...new Set(found.map(({ token }) => token.word))];
  const wholes = found.filter(({ token }) => token.kind === 'code').map(({ token }) => token.word);
  return words.filter((word) => !wholes.some((whole) => whole !== word && whole.includes(word)));
}
