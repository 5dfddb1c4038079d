// The part of an entry's text that a hit shows.

const lead = 50;
const maxUnits = 160;
/** Shorter words of a query ("a", "to") occur everywhere. */
const minWord = 3;

/** About 160 characters on one line, from shortly before the first word that begins with a word of the query. */
export function makeSnippet(text: string, query: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= maxUnits) return line;
  const found = wordPattern(query)?.exec(line)?.index ?? 0;
  const from = found <= lead ? 0 : startOfWord(line, found - lead);
  const to = from + maxUnits >= line.length ? line.length : endOfWord(line, from + maxUnits);
  return `${from > 0 ? '… ' : ''}${line.slice(from, to).trim()}${to < line.length ? ' …' : ''}`;
}

type TextPart = { text: string; isMatch: boolean };

/** Splits the text at the words that begin with a word of the query. */
export function markWords(text: string, query: string): TextPart[] {
  const pattern = wordPattern(query, '[\\p{L}\\p{N}]*');
  if (pattern === null) return [{ text, isMatch: false }];
  const parts: TextPart[] = [];
  let end = 0;
  for (const { index, 0: word } of text.matchAll(pattern)) {
    if (index > end) parts.push({ text: text.slice(end, index), isMatch: false });
    parts.push({ text: word, isMatch: true });
    end = index + word.length;
  }
  return end < text.length ? [...parts, { text: text.slice(end), isMatch: false }] : parts;
}

/** Matches where a word begins with a word of the query; null when every word of the query is too short. */
function wordPattern(query: string, rest = ''): RegExp | null {
  const words = query.match(/[\p{L}\p{N}]+/gu) ?? [];
  const long = words.filter((word) => word.length >= minWord);
  if (long.length === 0) return null;
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${long.join('|')})${rest}`, 'giu');
}

/** Text without spaces is cut anywhere but inside a surrogate pair. */
function startOfWord(line: string, from: number): number {
  const space = line.indexOf(' ', from);
  if (space >= 0 && space < from + 30) return space + 1;
  return isLowSurrogate(line, from) ? from + 1 : from;
}

function endOfWord(line: string, to: number): number {
  const space = line.lastIndexOf(' ', to);
  if (space > to - 30) return space;
  return isLowSurrogate(line, to) ? to - 1 : to;
}

function isLowSurrogate(line: string, at: number): boolean {
  const unit = line.charCodeAt(at);
  return unit >= 0xdc00 && unit <= 0xdfff;
}
