// Searches a word index: candidates by the rarest terms of a query, within a budget, then ranked by all terms.
import type { WordHit, WordIndex } from './word-index.ts';
import { createRanker } from './word-rank.ts';
import { nameOf, openWordFile, type WordFile } from './word-repository.ts';
import { type Weighed, weigh } from './word-query.ts';
import { type Token, tokensOf } from './word-text.ts';

type Best = Parameters<WordIndex['search']>[1];

const minCandidates = 150;
/** Entries that the terms which choose candidates occur in, all together. */
const maxListed = 10_000;
/** Beyond the budget, a term of more entries than this share is not asked for together with others. */
const maxShare = 0.2;
/** Terms that choose candidates, and terms that rank them. */
const maxChoosing = 32;
/** Entries that are tried for a filter, all together. */
const maxTried = 300_000;
const maxRanking = 100;

/** Throws one sentence when the file is missing, damaged, or of another version. */
export function openWordIndex(file: string): WordIndex {
  const words = openWordFile(file);
  return {
    search: (query, best) => search(words, query, best),
    has: (word) => tokensOf(word).some(({ term }) => words.countOf(term) > 0),
    count: words.countEntries,
    written: words.facts,
    close: words.close,
  };
}

function search(words: WordFile, query: string, best: Best): WordHit[] {
  const tokens = tokensOf(query);
  completeLast(tokens, words);
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

const minStart = 3;

/** A last word that no entry has may be unfinished. */
function completeLast(tokens: Token[], words: WordFile) {
  const last = tokens.at(-1);
  if (last?.kind !== 'word' || last.term.length < minStart || words.countOf(last.term) > 0) return;
  last.term = words.longerTerm(last.term) ?? last.term;
}

/** Of the rarest terms together, the best; then entries that have all of the others; then any. */
function candidatesOf(words: WordFile, terms: Weighed[], named: Set<number>, { wanted, isWanted }: Best) {
  const size = Math.max(minCandidates, wanted);
  const rows = new Set<number>();
  let left = maxTried;
  const take = (found: Iterable<number>, upTo: number) => {
    if (rows.size >= upTo || left <= 0) return;
    for (const row of found) {
      if (isWanted(row)) rows.add(row);
      if (rows.size >= upTo || --left <= 0) return;
    }
  };
  take(named, size);
  const { rare, common } = split(terms);
  for (const limit of rare.length > 0 ? [size * 10, maxListed] : []) {
    const found = words.rankedRows(rare, limit);
    take(found, size);
    if (rows.size >= size || found.length < limit) break;
  }
  const telling = common.filter(({ count }, at) => at === 0 || count <= words.facts.count * maxShare);
  const all = telling.map(({ term }) => term);
  if (all.length > 0) {
    take(words.rowsWithAll(all, true), rows.size + size / 2);
    take(words.rowsWithAll(all, false), rows.size + size / 2);
  }
  for (const { term } of common) take(words.rowsWithAll([term], false), wanted);
  return rows;
}

/** The rarest terms within the budget, and those beyond it. */
function split(terms: Weighed[]) {
  const known = terms.filter(({ count }) => count > 0).slice(0, maxChoosing);
  let listed = 0;
  const isBeyond = ({ count }: Weighed) => {
    listed += count;
    return listed > maxListed;
  };
  const at = known.findIndex(isBeyond);
  const end = at < 0 ? known.length : at;
  return { rare: known.slice(0, end).map(({ term }) => term), common: known.slice(end) };
}

/** Without a word that is a part of a code, or of a pair, that is there too. */
function wordsOf(found: Weighed[]): string[] {
  const words = [...new Set(found.map(({ token }) => token.word))];
  const wholes = found.filter(({ token }) => token.kind === 'code').map(({ token }) => token.word);
  return words.filter((word) => !wholes.some((whole) => whole !== word && whole.includes(word)));
}
