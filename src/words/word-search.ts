// Searches a word index: candidates by the rarest terms of a query, within a budget, then ranked by all terms.
import type { BestOf, WordHit, WordIndex } from './word-index.ts';
import { createRanker } from './word-rank.ts';
import { exactNameOf, nameOf, openWordFile, type StoredTexts, type WordFile } from './word-repository.ts';
import { type Facts, formsOf, isWhole, type Weighed, weigh } from './word-query.ts';
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
/** Entries with the code that is the query which are ranked before others. */
const maxWithCode = 1000;
/** Texts that are in memory at once. */
const rankedTogether = 50;

/** Throws one sentence when the file is missing, damaged, or of another version. */
export function openWordIndex(file: string): WordIndex {
  const words = openWordFile(file);
  return {
    ask(query) {
      const planOf = remember(() => createPlan(words, query));
      let isPartial: boolean | undefined;
      const ask = (best: BestOf) => {
        isPartial ??= !best.rows && planOf().isCommon;
        return search(planOf(), best);
      };
      return Object.assign(ask, { isPartial: () => isPartial === true });
    },
    unknownOf: (query) => findUnknown(words, query),
    count: words.countEntries,
    written: words.facts,
    close: words.close,
  };
}

function findUnknown(words: WordFile, query: string): string[] {
  const isKnown = (term: string | undefined) =>
    term !== undefined && formsOf(term).some((form) => words.countOf(form) > 0);
  const unknown = tokensOf(query).filter(
    ({ kind, term, joined }) => kind === 'word' && !isKnown(term) && !isKnown(joined),
  );
  return [...new Set(unknown.map(({ word }) => word))];
}

type Plan = ReturnType<typeof createPlan>;

/** Shared by the filters of a query: each list of rows is read once, and each row is ranked once. */
function createPlan(words: WordFile, query: string) {
  const tokens = tokensOf(query);
  completeLast(tokens, words);
  const terms = weigh(tokens, words.countOf, words.facts).slice(0, maxRanking);
  const [named, exact] = [nameOf(tokens), exactNameOf(tokens)].map((name) => new Set(words.rowsNamed(name)));
  const code = codeOf(query, terms);
  const rank = createRanker(terms, words.facts);
  const { rare, common } = split(terms, words.facts);
  const lists = new Map<string, number[]>();
  const hits = new Map<number, WordHit>();
  let left = maxRead;

  const rankOne = ([row, ...texts]: StoredTexts): WordHit => {
    const { found, ...ranked } = rank(texts);
    const hit = { row, ...ranked, words: wordsOf(found) };
    if (named?.has(row)) return { ...hit, score: 1, coverage: 1, lacksRare: false };
    // A query that is one code wants the whole of it.
    if (code && found.includes(code)) hit.score = (1 + hit.score) / 2;
    return hit;
  };

  return {
    named: named ?? new Set<number>(),
    /** Whether the title is the query, in its case too. */
    isExact: (row: number) => exact?.has(row) === true,
    withCode: remember(() => (code && rare.includes(code) ? words.rankedRows([code], maxWithCode) : [])),
    /** Whether each known term is beyond the budget. */
    isCommon: rare.length === 0 && common.length > 0,
    common,
    telling: common.filter(({ count }, at) => at === 0 || count <= words.facts.count * maxShare),
    rare: remember(() => (rare.length > 0 ? words.rankedRows(rare, maxListed(words.facts)) : [])),
    /** Rows that have all terms: few, or else as many as the budget of the query allows. */
    rowsWithAll(terms: Weighed[], inTitle: boolean, limit: number): number[] {
      const key = `${inTitle} ${limit} ${terms.map(({ term }) => term).join(' ')}`;
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
  const exactFirst = (one: WordHit, other: WordHit) =>
    Number(plan.isExact(other.row)) - Number(plan.isExact(one.row));
  hits.sort((one, other) => other.score - one.score || exactFirst(one, other) || one.row - other.row);
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
  const takeAll = (terms: Weighed[], inTitle: boolean, upTo: number) => {
    for (const limit of [firstRead, maxRead]) {
      if (rows.size >= upTo) return;
      const found = plan.rowsWithAll(terms, inTitle, limit);
      take(found, upTo);
      if (found.length < limit) return;
    }
  };
  take(plan.named, size);
  take(plan.withCode(), size);
  take(plan.rare(), size);
  const all = plan.telling;
  if (all.length > 0) {
    takeAll(all, true, rows.size + minCandidates / 2);
    takeAll(all, false, rows.size + minCandidates / 2);
  }
  for (const term of plan.common) takeAll([term], false, wanted);
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
  return { rare: known.slice(0, end), common: known.slice(end) };
}

/** The term of a query that is nothing but one code; undefined for another, and for a code that no entry has. */
function codeOf(query: string, terms: Weighed[]): Weighed | undefined {
  const codes = terms.filter(({ token }) => token.kind === 'code');
  return codes.length === 1 && codes[0]?.token.word === query.trim().normalize('NFKC') ? codes[0] : undefined;
}

/** Without a word that is a part of a code, or of a pair, that is there too. */
function wordsOf(found: Weighed[]): string[] {
  const words = [...new Set(found.map(({ token }) => token.word))];
  const wholes = found.filter(({ token }) => isWhole(token.kind)).map(({ token }) => token.word);
  return words.filter((word) => !wholes.some((whole) => whole !== word && whole.includes(word)));
}
