// Texts of a parsed workbook that outlive it.

/** Longer texts, such as ids and titles, are rarely repeated. */
const maxRepeatedLength = 24;

/** Returns a function that copies a text of hucre, which is a part of the whole XML and keeps that in memory. Cells
 *  with the same short text, such as a time or a code, share one copy. */
export function createTextKeeper(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    if (text.length > maxRepeatedLength) return copy(text);
    const first = known.get(text);
    if (first !== undefined) return first;
    const own = copy(text);
    known.set(own, own);
    return own;
  };
}

/** V8 copies a text that it joins before it takes a part of it. */
function copy(text: string): string {
  return ` ${text}`.slice(1);
}
