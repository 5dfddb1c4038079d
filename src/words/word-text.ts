// The words of a text as the word index keeps them: folded and stemmed, so that case, accents, widths and endings do not
// matter. Scripts without spaces give single characters and pairs; a code such as `C++` or `.tar.gz` is kept whole beside its
// parts.
import { joinMnemonics } from '../embedding/built-in.ts';
import { stem } from './word-stem.ts';

/** `term`: as the index has it. `word`: as it is written in the text, in compatibility form. `joined`: of a part, the whole
 *  without its sign as a word, as `wifi` of `wi-fi`; it has a token of its own, with a mark. */
export type Token = {
  term: string;
  word: string;
  kind: 'word' | 'code' | 'joined' | 'sign' | 'pair';
  joined?: string;
};

/** A longer text is read up to here, in UTF-16 units. */
const maxText = 1_000_000;
/** Units of a term; those that follow do not matter. */
const maxTerm = 64;

const unspaced = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai', 'Lao', 'Khmer', 'Myanmar']
  .map((script) => `\\p{scx=${script}}`)
  .join('');
/** Letters and the signs of codes. */
const codeUnit = '[\\p{L}\\p{N}\\p{M}\\-.#+@_/:$~%]';
const apostrophe = "(?<=\\p{L})['\u2019](?=\\p{L})";
export const runPattern = new RegExp(
  `(?:${codeUnit}|${apostrophe})+|\\p{Extended_Pictographic}|\\p{RI}{2}`,
  'gu',
);
export const partPattern = new RegExp(
  `(?:[${unspaced}]\\p{M}*)+|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+`,
  'gu',
);
export const startsUnspaced = new RegExp(`^[${unspaced}]`, 'u');
/** A term with one of these is a code; its parts follow it. */
export const codeSign = /[-.#+@_/:$~%]/;

/** The tokens of a text in its order; a code comes before its parts. Any string is a text. */
export function tokensOf(text: string): Token[] {
  const plain = text
    .slice(0, maxText)
    .toWellFormed()
    .normalize('NFKC')
    .replace(/\p{DI}/gu, '');
  const tokens: Token[] = [];
  for (const [run] of joinMnemonics(plain).matchAll(runPattern)) addRun(tokens, run);
  return tokens.length > 0 ? tokens : signsOf(plain);
}

/** The terms of a text without letters. Quotes and control characters are left out: they mean something to FTS5. */
function signsOf(plain: string): Token[] {
  const signs = plain.match(/[^\s\p{C}"'`]+/gu) ?? [];
  return signs.map((sign) => ({ term: sign.slice(0, maxTerm), word: sign, kind: 'sign' }));
}

function addRun(tokens: Token[], run: string) {
  if (/^[a-z0-9]+$/i.test(run)) {
    tokens.push({ term: termOf(run), word: run, kind: 'word' });
    return;
  }
  const parts = withoutV(run).match(partPattern) ?? [];
  const whole = wholeOf(run);
  if (parts.length === 0 && !codeSign.test(run)) tokens.push({ term: run, word: run, kind: 'sign' });
  if (parts.length > 0 && codeSign.test(whole)) {
    tokens.push({ term: codeTerm(whole), word: whole, kind: 'code' });
  }
  const joined = joinedOf(whole);
  if (joined !== null) tokens.push({ term: joinedMark + joined, word: whole, kind: 'joined' });
  for (const part of parts) {
    if (startsUnspaced.test(part)) addSigns(tokens, part);
    else tokens.push({ term: termOf(part), word: part, kind: 'word', ...(joined !== null && { joined }) });
  }
}

/** A run without the signs at its end that belong to a sentence. */
export const wholeOf = (run: string): string => run.replace(/[-./@_:$~]+$/, '');

/** The term of a code. `v1.2.3` is `1.2.3`. */
export const codeTerm = (whole: string): string => fold(withoutV(whole)).slice(0, maxTerm);

const withoutV = (run: string): string => run.replace(/^v(?=\d+\.\d)/i, '');

const maxJoined = 24;
/** Begins the term of a joined token: its letters are those of its parts, which count by themselves. */
export const joinedMark = '&';

/** The term of two parts with one sign between them, written as one word; null unless both have letters. */
export function joinedOf(whole: string): string | null {
  if (whole.length > maxJoined || !/^[\p{L}\p{M}]+[-._'\u2019][\p{L}\p{M}]+$/u.test(whole)) return null;
  if (startsUnspaced.test(whole)) return null;
  return termOf(whole.replace(/[-._'\u2019]/, ''));
}

/** Each character with its marks, and each pair. */
function addSigns(tokens: Token[], part: string) {
  const signs = fold(part).match(/\P{M}\p{M}*|\p{M}+/gu) ?? [];
  for (const [at, sign] of signs.entries()) {
    tokens.push({ term: sign, word: sign, kind: 'sign' });
    const next = signs[at + 1];
    if (next !== undefined) tokens.push({ term: sign + next, word: sign + next, kind: 'pair' });
  }
}

function termOf(word: string): string {
  return stem(fold(word.slice(0, maxTerm))).slice(0, maxTerm);
}

const marks = /[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670\u0640]/g;
const letters: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', ı: 'i', ς: 'σ' };

export function fold(word: string): string {
  const low = word.toLowerCase();
  if (/^[a-z0-9]*$/.test(low)) return low;
  const bare = low.normalize('NFD').replace(marks, '').normalize('NFC');
  return bare.replace(/[ßæœøđłıς]/g, (letter) => letters[letter] ?? letter);
}
