// Finds the terms of an entry that may have something in common with those of a query, without reading the others as strings.

const space = 0x20;
const slots = 1 << 16;

/** The returned function counts the terms of a text, up to `maxTerms`, and gives those that share four units with one of `terms`,
 *  spaces before and after included; those of one unit always. `terms` and the text are without spaces within a term. */
export function createTermScan(terms: string[]) {
  const isKnown = new Uint8Array(slots);
  for (const term of terms) {
    const padded = ` ${term} `;
    for (let at = 3; at < padded.length; at++) isKnown[slotOf(padded, at)] = 1;
  }

  return (text: string, maxTerms: number): { count: number; found: string[] } => {
    const found: string[] = [];
    let count = 0;
    let from = 0;
    let mayMatch = false;
    let [first, second, third] = [0, 0, space];
    for (let at = 0; at <= text.length; at++) {
      const unit = at < text.length ? text.charCodeAt(at) : space;
      if (at > from + 1 && isKnown[mix(first, second, third, unit)] === 1) mayMatch = true;
      [first, second, third] = [second, third, unit];
      if (unit !== space) continue;
      if (mayMatch || at === from + 1) found.push(text.slice(from, at));
      count++;
      if (count === maxTerms) break;
      from = at + 1;
      mayMatch = false;
    }
    return { count, found };
  };
}

function slotOf(text: string, last: number): number {
  const unit = (back: number) => text.charCodeAt(last - back);
  return mix(unit(3), unit(2), unit(1), unit(0));
}

function mix(first: number, second: number, third: number, fourth: number): number {
  const mixed = Math.imul(Math.imul(Math.imul(first * 31 + second, 31) + third, 31) + fourth, 0x9e3779b1);
  return mixed >>> 16;
}
