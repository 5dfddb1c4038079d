// Finds the word that was probably meant, for messages such as: Did you mean “useful”?

/** The candidate with the fewest edits, ignoring case; null if that is more than a third of its letters. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  let minEdits = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const count = edits(word.toLowerCase(), candidate.toLowerCase());
    if (count > candidate.length / 3 || count >= minEdits) continue;
    best = candidate;
    minEdits = count;
  }
  return best;
}

/** Levenshtein distance. */
function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > b.length) return Number.POSITIVE_INFINITY;
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let at = 1; at <= b.length; at++) {
      const replaced = (above[at - 1] ?? 0) + (a[row - 1] === b[at - 1] ? 0 : 1);
      line.push(Math.min(replaced, (above[at] ?? 0) + 1, (line[at - 1] ?? 0) + 1));
    }
    above = line;
  }
  return above[b.length] ?? 0;
}
