// Writes workbooks (XLSX, ECMA-376): the one place that would change with another writer. hucre streams a workbook of one
// tab only, or holds all tabs in memory.
import { Readable } from 'node:stream';
import { packZip, type ZipMember } from '../../zip/pack.ts';
import { sheetEnd, sheetPath, sheetStart, styles, workbookParts } from './write-parts.ts';
import { formatXmlText } from './write-text.ts';

/** `widths`: of the columns, in characters. `rows`: of texts; the first is the header. */
export type WorkbookTab = { name: string; widths: readonly number[]; rows: Iterable<readonly string[]> };

/** The workbook as it is read: rows are taken one by one, tab after tab. All cells are text. `date`: of the ZIP's members. */
export function writeWorkbook(tabs: readonly WorkbookTab[], date: Date): Promise<Readable> {
  const sheets = tabs.map((tab, at): ZipMember => {
    return { name: sheetPath(at), content: Readable.from(formatSheet(tab), { objectMode: false }) };
  });
  return packZip([...workbookParts(tabs.map(({ name }) => name)), ...sheets], { isStored: false, date });
}

const chunkLength = 64 * 1024;

function* formatSheet({ widths, rows }: WorkbookTab): Generator<Buffer> {
  const letters = widths.map((_, at) => String.fromCharCode(65 + at));
  let xml = sheetStart(widths);
  let number = 0;
  for (const cells of rows) {
    xml += formatRow(cells, ++number, letters);
    if (xml.length < chunkLength) continue;
    yield Buffer.from(xml);
    xml = '';
  }
  yield Buffer.from(xml + sheetEnd(`A1:${letters.at(-1)}${number}`));
}

function formatRow(cells: readonly string[], number: number, letters: readonly string[]): string {
  const style = number === 1 ? styles.header : styles.text;
  let xml = `<row r="${number}">`;
  for (const [at, text] of cells.entries()) {
    if (text === '') continue;
    const place = `r="${letters[at]}${number}" s="${style}"`;
    xml += `<c ${place} t="inlineStr"><is><t xml:space="preserve">${formatXmlText(text)}</t></is></c>`;
  }
  return `${xml}</row>`;
}
