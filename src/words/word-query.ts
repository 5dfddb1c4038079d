// A query as the word index ranks by it: its terms, each with a weight by its rarity, and parts of four letters of its words,
// by which "workqueue" meets "work queue".
import { joinedMark, type Token } from './word-text.ts';

/** `forms`: terms of entries that count as it. `count`: of entries that have one. */
export type Weighed = { term: string; forms: string[]; weight: number; count: number; token: Token };
/** The facts of a word index. `source`: the SHA-256 of the index that it belongs to; former versions did not write it. */
export type Facts = { count: number; lengths: number[]; source?: string };

/** Rarer terms weigh more; a term of every entry weighs next to nothing. */
function rarity(count: number, { count: all }: Facts): number {
  return Math.log(1 + (Math.max(all, count) - count + 0.5) / (count + 0.5));
}

/** The whole of a code with several parts adds to them. */
const codeWeight = 0.5;
/** Most pairs that no entry has are the end of one word and the start of the next. */
const unknownPairWeight = 0.3;

/** The terms of a query, each once, the rarest first. Of a word with one sign in it, the form without the sign counts where a part
 *  of it is unknown. */
export function weigh(tokens: Token[], countOf: (term: string) => number, facts: Facts): Weighed[] {
  const hasPairs = tokens.some(({ kind }) => kind === 'pair');
  const weighed = new Map<string, Weighed>();
  const countAll = (forms: string[]) => forms.reduce((sum, form) => sum + countOf(form), 0);
  const isUnknownPart = ({ term, joined }: Token) =>
    joined !== undefined && countOf(term) === 0 && countAll(formsOf(joined)) > 0;
  const lacking = new Set(tokens.filter(isUnknownPart).map(({ joined = '' }) => joinedMark + joined));
  for (const token of tokens) {
    const { term, kind } = token;
    if (weighed.has(term) || (kind === 'sign' && hasPairs) || isUnknownPart(token)) continue;
    if (kind === 'joined' && !lacking.has(term)) continue;
    const forms = kind === 'word' || kind === 'joined' ? formsOf(term) : [term];
    const count = countAll(forms);
    if (kind === 'code' && count === 0) continue;
    const factor = kind === 'code' ? codeWeight : kind === 'pair' && count === 0 ? unknownPairWeight : 1;
    weighed.set(term, { term, forms, count, token, weight: factor * rarity(count, facts) });
  }
  return [...weighed.values()].sort((one, other) => one.count - other.count);
}

/** The term of a word, and of the same word with a sign in it. */
export function formsOf(term: string): string[] {
  return term.startsWith(joinedMark) ? [term, term.slice(1)] : [term, joinedMark + term];
}

/** Whether the token is the whole of several parts. */
export const isWhole = (kind: Token['kind']): boolean => kind === 'code' || kind === 'joined';

const gramLength = 4;

/** The four-letter parts of a term with a space before and after; a short one is its own part. */
export function gramsOf(term: string): string[] {
  const padded = ` ${term} `;
  const grams = new Set<string>();
  for (let at = 0; at + gramLength <= Math.max(gramLength, padded.length); at++) {
    grams.add(padded.slice(at, at + gramLength));
  }
  return [...grams];
}
