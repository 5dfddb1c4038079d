// The text of a workbook's cell as XML. ECMA-376 (part 1, 22.9.2.19, ST_Xstring) writes a character that XML cannot hold as
// `_x000D_`, so that a text which already looks like this is escaped itself: `_x005F_x000D_`.

/** Control characters but tab and line feed, an unpaired surrogate, and U+FFFE and U+FFFF. XML reads a carriage return as a
 *  line feed. */
const unwritable = /[\0-\x08\x0b-\x1f\ufffe\uffff\p{Cs}]/u;

/** An underscore also begins an escape when the character that would end it is written as one. LibreOffice takes fewer
 *  digits than four, too. */
const special = new RegExp(`_(?=x[0-9A-Fa-f]+(?:_|${unwritable.source}))|${unwritable.source}|[&<>]`, 'gu');

const markup: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

export function formatXmlText(text: string): string {
  return text.replace(special, (found) => markup[found] ?? escapeUnit(found));
}

function escapeUnit(unit: string): string {
  return `_x${unit.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`;
}
