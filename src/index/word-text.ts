// The words of a text as the word index keeps them: folded, so that case, accents and widths do not matter. Scripts without
// spaces give characters and pairs of characters; a code such as `C++` or `.tar.gz` is kept whole beside its parts.
import { joinMnemonics } from '../embedding/built-in.ts';

/** `term`: folded and stemmed. `word`: as it is written in the text, in compatibility form. */
export type Token = { term: string; word: string };

/** A longer text is read up to here, in UTF-16 units. */
const maxText = 1_000_000;
/** Units of a term; what follows does not matter. */
const maxTerm = 64;

const unspaced =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Hangul}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}';
const runPattern = /[\p{L}\p{N}\p{M}\-.#+@_/]+|\p{Extended_Pictographic}/gu;
const partPattern = new RegExp(`(?:[${unspaced}]\\p{M}*)+|(?:(?![${unspaced}])[\\p{L}\\p{N}\\p{M}])+`, 'gu');
const startsUnspaced = new RegExp(`^[${unspaced}]`, 'u');

/** The tokens of a text in its order; a code comes before its parts. Any string is a text. */
export function tokensOf(text: string): Token[] {
  const plain = text
    .slice(0, maxText)
    .toWellFormed()
    .normalize('NFKC')
    .replace(/\p{DI}/gu, '');
  const tokens: Token[] = [];
  const add = (term: string, word: string) => {
    if (term !== '') tokens.push({ term: term.slice(0, maxTerm), word });
  };
  for (const [run] of joinMnemonics(plain).matchAll(runPattern)) {
    const parts = run.match(partPattern) ?? [];
    const whole = run.replace(/[-./@_]+$/, '');
    if (/[-.#+@_/]/.test(whole)) add(parts.length > 0 ? fold(whole) : '', whole);
    else if (parts.length === 0) add(run, run);
    for (const part of parts) {
      for (const term of startsUnspaced.test(part) ? pairsOf(part) : [fold(part)]) add(term, part);
    }
  }
  return tokens;
}

/** Each character, and each pair. */
function pairsOf(text: string): string[] {
  const signs = [...fold(text)];
  return signs.flatMap((sign, at) => (at + 1 < signs.length ? [sign, sign + signs[at + 1]] : [sign]));
}

const marks = /[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0670\u0640]/g;
const letters: Record<string, string> = { ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ł: 'l', ı: 'i', ς: 'σ' };

function fold(word: string): string {
  const low = word.toLowerCase();
  if (/^[a-z0-9]*$/.test(low)) return low;
  const bare = low.normalize('NFD').replace(marks, '').normalize('NFC');
  return bare.replace(/[ßæœøđłıς]/g, (letter) => letters[letter] ?? letter);
}
