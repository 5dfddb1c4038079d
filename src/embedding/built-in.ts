// The built-in embedder: hashed words, word pairs and character n-grams in 384 numbers. It needs no model file, network or
// dependency, and is deterministic. It compares letters, not meaning. A change that affects the numbers needs a new model
// name, since old and new vectors cannot be compared.
import type { Embedder } from './embedder.ts';
import { createFeatureCounts } from './features.ts';
import { scaleToUnit } from './vector.ts';

export const builtIn: Embedder = {
  name: 'chl/built-in-384',
  version: '1',
  dimension: 384,
  isLexical: true,
  embed: async (texts) => texts.map(embedText),
  probe: async () => {},
};

// Tuned with 25 plain-English queries over a library of 39,561 entries; nearby values score about the same.
/** Each word is hashed to two dimensions: words that collide in one still differ in the other. */
const wordWeight = 0.7;
const stopWordWeight = 0.1;
const pairWeight = 0.35;
const gramWeight = 0.4;
/** The first line of an entry's text is its title; each of its words counts this many times. */
const titleTimes = 3;
const minGram = 3;
const maxGram = 5;

const features = createFeatureCounts();
/** The current word, with a space before and after. */
let word = new Uint16Array(256);

type UnitTest = (unit: number) => boolean;

function embedText(text: string): Float32Array {
  const vector = new Float32Array(builtIn.dimension);
  const lowered = joinMnemonics(text.normalize('NFC').toLowerCase());
  countLines(lowered, isWordUnit);
  if (features.isEmpty()) countLines(lowered, (unit) => unit > space);
  if (features.isEmpty()) features.add(fnvOffset, 1, 1);
  features.drain((hash, weight, count) => {
    const mixed = mix(hash);
    const value = weight * (logs[count] ?? Math.log1p(count));
    const index = (mixed >>> 8) % vector.length;
    vector[index] = (vector[index] as number) + (mixed & 1 ? value : -value);
  });
  return scaleToUnit(vector) ?? embedText(' ');
}

/** Removes the marks of mnemonics that command libraries use, as in "[c]reate a g[z]ipped [f]ile". */
export function joinMnemonics(text: string): string {
  if (!text.includes('[')) return text;
  return text.replace(/\[(\p{L}{1,4})\](?=\p{L})|(?<=\p{L})\[(\p{L}{1,4})\]/gu, '$1$2');
}

function countLines(text: string, isInWord: UnitTest) {
  const lineEnd = text.indexOf('\n');
  const titleEnd = lineEnd < 0 ? text.length : lineEnd;
  countWords(text, 0, titleEnd, titleTimes, isInWord);
  countWords(text, titleEnd, text.length, 1, isInWord);
}

function countWords(text: string, from: number, to: number, times: number, isInWord: UnitTest) {
  let previous = 0;
  let end = 1;
  for (let i = from; i <= to; i++) {
    const unit = i < to ? text.charCodeAt(i) : space;
    if (isInWord(unit)) {
      if (end + 1 === word.length) word = doubled(word);
      word[end++] = unit;
    } else if (end > 1) {
      word[0] = space;
      word[end] = space;
      previous = countWord(end, previous, times);
      end = 1;
    }
  }
}

/** Counts the word in `word[1..end)`; returns the hash that pairs with the next word. Stop words make no pair. */
function countWord(end: number, previous: number, times: number): number {
  const whole = hashOfWord(end);
  if (stopWords.has(whole)) {
    features.add(whole, stopWordWeight, times);
    return previous;
  }
  const hash = hashOfWord(endOfStem(end));
  features.add(hash, wordWeight, times);
  features.add(step(secondSeed, hash), wordWeight, times);
  if (previous !== 0) features.add(step(Math.imul(previous, pairSeed), hash), pairWeight, times);
  countGrams(end + 1, times);
  return hash;
}

function hashOfWord(end: number): number {
  let hash = fnvOffset;
  for (let i = 1; i < end; i++) hash = step(hash, word[i] as number);
  return hash;
}

/** Cuts the most common English endings, so that "zipping", "zipped", "zips" and "zip" count as one word. */
function endOfStem(end: number): number {
  const fromEnd = (distance: number) => word[stem - distance] as number;
  let stem = end;
  if (stem > 4 && fromEnd(1) === letter.s && !keepsFinalS.has(fromEnd(2))) stem--;
  if (stem > 5 && fromEnd(1) === letter.g && fromEnd(2) === letter.n && fromEnd(3) === letter.i) stem -= 3;
  else if (stem > 4 && fromEnd(1) === letter.d && fromEnd(2) === letter.e) stem -= 2;
  if (stem !== end && stem > 4 && fromEnd(1) === fromEnd(2)) stem--;
  return stem > 4 && fromEnd(1) === letter.e ? stem - 1 : stem;
}

function countGrams(end: number, times: number) {
  for (let start = 0; start + minGram <= end; start++) {
    const stop = Math.min(start + maxGram, end);
    let hash = gramSeed;
    for (let i = start; i < stop; i++) {
      hash = step(hash, word[i] as number);
      if (i - start + 1 >= minGram) features.add(hash, gramWeight, times);
    }
  }
}

const space = 0x20;
const letter = { d: 0x64, e: 0x65, g: 0x67, i: 0x69, n: 0x6e, s: 0x73, u: 0x75 };
/** As in "class", "status", "this". */
const keepsFinalS = new Set([letter.s, letter.u, letter.i]);
const fnvOffset = 0x811c9dc5 | 0;
const pairSeed = 0x5bd1e995 | 0;
const secondSeed = 0x2c1b3c6d | 0;
const gramSeed = 0x3c6ef372 | 0;

/** One step of FNV-1a, over code units instead of bytes. */
function step(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193);
}

/** Spreads every bit over the whole number, since the low bits of FNV are weak. */
function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return mixed ^ (mixed >>> 16);
}

const logs = Float64Array.from({ length: 64 }, (_, count) => Math.log1p(count));

/** Letters, digits, marks, and halves of a surrogate pair; the result is cached for each code unit. */
function isWordUnit(unit: number): boolean {
  let known = unitKinds[unit] as number;
  if (known === 0) {
    const isSurrogate = unit >= 0xd800 && unit <= 0xdfff;
    known = isSurrogate || /[\p{L}\p{N}\p{M}]/u.test(String.fromCharCode(unit)) ? 1 : 2;
    unitKinds[unit] = known;
  }
  return known === 1;
}

const unitKinds = new Uint8Array(65_536);

function doubled(old: Uint16Array<ArrayBuffer>): Uint16Array<ArrayBuffer> {
  const larger = new Uint16Array(old.length * 2);
  larger.set(old);
  return larger;
}

const stopWords = new Set(
  (
    'a an and any all are as at be by can do does e for from g have how i if in into is it its me my no not of on or ' +
    'that the then this to use using via what when with you your'
  )
    .split(' ')
    .map((text) => [...text].reduce((hash, letter) => step(hash, letter.charCodeAt(0)), fnvOffset)),
);
