// Prepares the XML of a worksheet for hucre: normalises line ends as XML demands, and leaves out what is no part of a cell's
// text.
import { assertPlainXml } from './xml.ts';

/** All patterns are ASCII, so Latin-1 keeps the bytes of UTF-8 and takes half of the memory. */
export function prepareSheet(bytes: Buffer, name: string): Buffer {
  assertPlainXml(bytes, name);
  const isPlain = !bytes.includes('\r', 100) && !bytes.includes('<rPh');
  if (isPlain) return bytes;
  const text = bytes.toString('latin1').replace(/\r\n?/g, '\n');
  return Buffer.from(withoutReadings(text), 'latin1');
}

/** Leaves out the readings of East Asian text, which are shown above its characters. */
function withoutReadings(text: string): string {
  const kept: string[] = [];
  let at = 0;
  for (let start = text.indexOf('<rPh'); start >= 0; start = text.indexOf('<rPh', at)) {
    const end = text.indexOf('</rPh>', start);
    if (end < 0) break;
    kept.push(text.slice(at, start));
    at = end + '</rPh>'.length;
  }
  return kept.join('') + text.slice(at);
}

/** Leaves out cells that have a format, but no content: a program may have written them up to the last column and row. */
export function withoutEmptyCells(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1').replace(/<c [^<>]*(?:\/>|><\/c>)/g, '');
  return Buffer.from(text, 'latin1');
}

/** Leaves out the formats of texts, which would take memory and change nothing. */
export function withoutTextFormats(bytes: Buffer): Buffer {
  const text = bytes
    .toString('latin1')
    .replace(/(<c [^<>]{0,100}?) s="\d+"([^<>]{0,100}? t="(?:s|str|inlineStr|b|e)")/g, '$1$2');
  return Buffer.from(text, 'latin1');
}

/** Leaves out the rows behind the first `maxRows`. */
export function withoutRowsBelow(bytes: Buffer, maxRows: number): Buffer {
  if (maxRows === Number.POSITIVE_INFINITY) return bytes;
  const text = bytes.toString('latin1');
  const rowEnd = /<\/(?:\w+:)?row>/g;
  for (let row = 0; row < maxRows; row++) if (!rowEnd.test(text)) return bytes;
  const end = rowEnd.lastIndex;
  const rest = text.slice(end);
  const dataEnd = rest.search(/<\/(?:\w+:)?sheetData>/);
  return dataEnd < 0 ? bytes : Buffer.from(text.slice(0, end) + rest.slice(dataEnd), 'latin1');
}
