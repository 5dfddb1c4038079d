// Cuts the endings of English words, so that "viewer", "viewing" and "views" count as one word. It cuts more than a
// dictionary would: words that are joined by mistake cost less than forms of one word that do not meet.

/** Endings by turn; at most one of each turn is cut, with at least so many letters left. */
const turns: [ending: RegExp, left: number, instead: string][] = [
  [/ies$/, 3, 'y'],
  [/(?<![sui])s$/, 3, ''],
  [/(?:ly|ness|ful|ity)$/, 4, ''],
  [/(?:ation|ator|ating|ated|ates?|izers?|izing|ized?|ion|ing|ed|er|or|ment|[ae]nce|[ai]ble|ive|al)$/, 4, ''],
  [/[eyi]$/, 4, ''],
];

/** Expects lower case; words of other letters stay as they are. */
export function stem(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  let rest = word;
  for (const [ending, left, instead] of turns) {
    const at = rest.search(ending);
    if (at >= left) rest = withoutDouble(rest.slice(0, at) + instead);
  }
  return rest;
}

/** Joins "stopping" and "stop", but not the endings of "install", "process" and "buzz". */
function withoutDouble(word: string): string {
  return word.length > 4 ? word.replace(/([^lsz])\1$/, '$1') : word;
}
