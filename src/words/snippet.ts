// The part of an entry's text that a hit shows, and the words of the query in it. Words are compared as the word index keeps
// them, so that `cafe` marks `café`.
import {
  codeTerm,
  fold,
  joinedMark,
  joinedOf,
  partPattern,
  runPattern,
  startsUnspaced,
  tokensOf,
  wholeOf,
} from './word-text.ts';

const lead = 50;
const maxUnits = 160;
/** Shorter words of a query ("a", "to") occur everywhere. */
const minWord = 3;
/** The first word is looked for up to here. */
const maxLine = 100_000;

/** About 160 characters on one line, from shortly before the first word that begins with a word of the query. */
export function makeSnippet(text: string, query: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= maxUnits) return line;
  const found = findFirst(line.slice(0, maxLine), readQuery(query));
  const from = found <= lead ? 0 : startOfWord(line, found - lead, found);
  const to = from + maxUnits >= line.length ? line.length : endOfWord(line, from + maxUnits);
  return `${from > 0 ? '… ' : ''}${line.slice(from, to).trim()}${to < line.length ? ' …' : ''}`;
}

type TextPart = { text: string; isMatch: boolean };

/** Splits the text at the words that begin with a word of the query, at its codes, and at the pairs of its characters in scripts
 *  without spaces. */
export function markWords(text: string, query: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const [from, to] of join(findAll(text, readQuery(query)))) {
    if (from > end) parts.push({ text: text.slice(end, from), isMatch: false });
    parts.push({ text: text.slice(from, to), isMatch: true });
    end = to;
  }
  return end < text.length ? [...parts, { text: text.slice(end), isMatch: false }] : parts;
}

/** The terms of a query that are shown. `signs`: pairs of characters, or characters in a query without pairs. */
type Sought = { words: string[]; signs: string[]; codes: string[] };

function readQuery(query: string): Sought {
  const sought: Sought = { words: [], signs: [], codes: [] };
  const tokens = tokensOf(query);
  const hasPairs = tokens.some(({ kind }) => kind === 'pair');
  for (const { term, kind } of tokens) {
    if (kind === 'code') sought.codes.push(term);
    else if (kind === 'pair') sought.signs.push(term);
    else if (kind === 'sign') sought.signs.push(...(hasPairs ? [] : [term]));
    else if (kind === 'joined') sought.words.push(term.slice(joinedMark.length));
    else if (term.length >= minWord) sought.words.push(term);
  }
  return sought;
}

/** The position of the first match in a line; 0 without one. */
function findFirst(line: string, { words, signs, codes }: Sought): number {
  const starts = [...words, ...codes].map(toPattern);
  const either = signs.map(toPattern);
  if (starts.length > 0) either.push(`(?<![\\p{L}\\p{N}])(?:${starts.join('|')})`);
  if (either.length === 0) return 0;
  const folded = foldText(line);
  const at = new RegExp(either.join('|'), 'u').exec(folded)?.index ?? 0;
  return folded.length === line.length ? at : originOf(line, at);
}

const toPattern = (term: string) => term.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const foldText = (text: string) => fold(text.normalize('NFKC'));

/** The position in a line of one in its folded form, which may be longer or shorter. */
function originOf(line: string, at: number): number {
  let [from, to] = [0, line.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (foldText(line.slice(0, middle + 1)).length > at) to = middle;
    else from = middle + 1;
  }
  return from;
}

type Range = [from: number, to: number];

function findAll(text: string, sought: Sought): Range[] {
  const codes = [...text.matchAll(runPattern)].flatMap(({ index, 0: run }): Range[] => {
    const code = wholeOf(run);
    const isSought =
      sought.codes.includes(codeTerm(code.normalize('NFKC'))) || sought.words.includes(joinedOf(code) ?? '');
    return isSought ? [[index, index + code.length]] : [];
  });
  const words = [...text.matchAll(partPattern)].flatMap(({ index, 0: part }): Range[] => {
    if (startsUnspaced.test(part)) return findSigns(part, index, sought.signs);
    const folded = foldText(part);
    return sought.words.some((word) => folded.startsWith(word)) ? [[index, index + part.length]] : [];
  });
  return [...codes, ...words];
}

function findSigns(part: string, index: number, signs: string[]): Range[] {
  const folded = foldText(part);
  // Signs of another length, such as half-width ones with marks, are left unmarked.
  if (folded.length !== part.length) return [];
  return signs.flatMap((sign) => {
    const ranges: Range[] = [];
    for (let at = folded.indexOf(sign); at >= 0; at = folded.indexOf(sign, at + 1))
      ranges.push([index + at, index + at + sign.length]);
    return ranges;
  });
}

/** In order, with those that overlap or touch as one. */
function join(ranges: Range[]): Range[] {
  const joined: Range[] = [];
  for (const [from, to] of ranges.sort(([one], [other]) => one - other)) {
    const last = joined.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else joined.push([from, to]);
  }
  return joined;
}

/** The start of a word between two positions; else that of the word before them, unless it is far away: text without spaces is
 *  cut anywhere but inside a character. */
function startOfWord(line: string, from: number, found: number): number {
  const next = line.indexOf(' ', from);
  if (next >= 0 && next < found) return next + 1;
  const before = line.lastIndexOf(' ', from);
  if (found - before < maxUnits / 2) return before + 1;
  return isInCharacter(line, from) ? startOfWord(line, from + 1, found) : from;
}

function endOfWord(line: string, to: number): number {
  const space = line.lastIndexOf(' ', to);
  if (space > to - 30) return space;
  let end = to;
  while (isInCharacter(line, end)) end--;
  return end;
}

/** Whether a position is within a surrogate pair, or before a mark. */
function isInCharacter(line: string, at: number): boolean {
  const unit = line.charCodeAt(at);
  return (unit >= 0xdc00 && unit <= 0xdfff) || /\p{M}/u.test(line.charAt(at));
}
