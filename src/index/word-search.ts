// Searches a word index: candidates by the rarest terms of a query, within a budget, then ranked by all terms.
import type { BestOf } from './nearest.ts';
import type { WordHit, WordIndex } from './word-index.ts';
import { createRanker } from './word-rank.ts';
import { nameOf, openWordFile, type StoredTexts, type WordFile } from './word-repository.ts';
import { type Facts, type Weighed, weigh } from './word-query.ts';
import { type Token, tokensOf } from './word-text.ts';

const minCandidates = 150;
/** Entries that the terms which choose candidates occur in, all together: more in a large index, whose searches may take longer. */
const maxListed = ({ count }: Facts) => Math.min(50_000, Math.max(5000, count / 20));
/** Beyond the budget, a term of more entries than this share is not asked for together with others. */
const maxShare = 0.2;
/** Terms that choose candidates, and terms that rank them. */
const maxChoosing = 32;
/** Entries with common terms that are read for a query, all together; so many at first. */
const maxRead = 40_000;
const firstRead = 1000;
const maxRanking = 100;
/** Texts that are in memory at once. */
const rankedTogether = 50;

/** Throws one sentence when the file is missing, damaged, or of another version. */
export function openWordIndex(file: string): WordIndex {
  const words = openWordFile(file);
  return {
    ask(query) {
      const planOf = remember(() => createPlan(words, query));
      return (best) => search(planOf(), best);
    },
    has: (word) => tokensOf(word).some(({ term }) => words.countOf(term) > 0),
    count: words.countEntries,
    written: words.facts,
    close: words.close,
  };
}

type Plan = ReturnType<typeof createPlan>;

/** Shared by the filters of a query: each list of rows is read once, and each row is ranked once. */
function createPlan(words: WordFile, query: string) {
  const tokens = tokensOf(query);
  completeLast(tokens, words);
  const terms = weigh(tokens, words.countOf, words.facts).slice(0, maxRanking);
  const named = new Set(words.rowsNamed(nameOf(tokens)));
  const rank = createRanker(terms, words.facts);
  const { rare, common } = split(terms, words.facts);
  const lists = new Map<string, number[]>();
  const hits = new Map<number, WordHit>();
  let left = maxRead;

  const rankOne = ([row, ...texts]: StoredTexts): WordHit => {
    const { score, coverage, found } = rank(texts);
    const isNamed = named.has(row);
    return { row, score: isNamed ? 1 : score, coverage: isNamed ? 1 : coverage, words: wordsOf(found) };
  };

  return {
    named,
    common,
    telling: common.filter(({ count }, at) => at === 0 || count <= words.facts.count * maxShare),
    rare: remember(() => (rare.length > 0 ? words.rankedRows(rare, maxListed(words.facts)) : [])),
    /** Rows that have all terms: few, or else as many as the budget of the query allows. */
    rowsWithAll(terms: string[], inTitle: boolean, limit: number): number[] {
      const key = `${inTitle} ${limit} ${terms.join(' ')}`;
      const known = lists.get(key);
      if (known) return known;
      const rows = left > 0 ? words.rowsWithAll(terms, inTitle, Math.min(limit, left)) : [];
      left -= rows.length;
      lists.set(key, rows);
      return rows;
    },
    hitsOf(rows: number[]): WordHit[] {
      const unread = rows.filter((row) => !hits.has(row));
      for (let from = 0; from < unread.length; from += rankedTogether)
        for (const texts of words.textsOf(unread.slice(from, from + rankedTogether)))
          hits.set(texts[0], rankOne(texts));
      return rows.flatMap((row) => hits.get(row) ?? []);
    },
  };
}

function remember<Value>(read: () => Value): () => Value {
  let kept: { value: Value } | undefined;
  return () => {
    kept ??= { value: read() };
    return kept.value;
  };
}

function search(plan: Plan, best: BestOf): WordHit[] {
  const hits = plan.hitsOf([...candidatesOf(plan, best)]).filter(({ coverage }) => coverage > 0);
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

/** Chooses the best rows of the rarest terms together; then entries that have all of the others; then any. */
function candidatesOf(plan: Plan, { wanted, isWanted, rows: few }: BestOf) {
  if (few) return few.filter(isWanted);
  const size = Math.max(minCandidates, wanted);
  const rows = new Set<number>();
  const take = (found: Iterable<number>, upTo: number) => {
    for (const row of found) {
      if (rows.size >= upTo) return;
      if (isWanted(row)) rows.add(row);
    }
  };
  const takeAll = (terms: string[], inTitle: boolean, upTo: number) => {
    for (const limit of [firstRead, maxRead]) {
      if (rows.size >= upTo) return;
      const found = plan.rowsWithAll(terms, inTitle, limit);
      take(found, upTo);
      if (found.length < limit) return;
    }
  };
  take(plan.named, size);
  take(plan.rare(), size);
  const all = plan.telling.map(({ term }) => term);
  if (all.length > 0) {
    takeAll(all, true, rows.size + minCandidates / 2);
    takeAll(all, false, rows.size + minCandidates / 2);
  }
  for (const { term } of plan.common) takeAll([term], false, wanted);
  return rows;
}

/** The rarest terms within the budget, and those beyond it. */
function split(terms: Weighed[], facts: Facts) {
  const known = terms.filter(({ count }) => count > 0).slice(0, maxChoosing);
  let listed = 0;
  const isBeyond = ({ count }: Weighed) => {
    listed += count;
    return listed > maxListed(facts);
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
