// The piece of an entry's text that a hit shows.

const lead = 50;
const mostUnits = 160;
/** Shorter words of a query ("a", "to") are everywhere. */
const leastWord = 3;

/** About 160 characters of `text` on one line, from shortly before the first place where a word of the query begins a
 *  word; from the start when none does. An ellipsis stands where text was left out. */
export function makeSnippet(text: string, query: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= mostUnits) return line;
  const found = findWord(line, query);
  const from = found <= lead ? 0 : startOfWord(line, found - lead);
  const to = from + mostUnits >= line.length ? line.length : endOfWord(line, from + mostUnits);
  return `${from > 0 ? '… ' : ''}${line.slice(from, to).trim()}${to < line.length ? ' …' : ''}`;
}

function findWord(line: string, query: string): number {
  const words = query.match(/[\p{L}\p{N}]+/gu) ?? [];
  const telling = words.filter((word) => word.length >= leastWord);
  if (telling.length === 0) return 0;
  const match = new RegExp(`(?<![\\p{L}\\p{N}])(?:${telling.join('|')})`, 'iu').exec(line);
  return match?.index ?? 0;
}

/** Text without spaces is cut where it is, but never through a surrogate pair. */
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
