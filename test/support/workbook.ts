// Writes workbooks as Excel does: shared strings with its escapes, deflated, with its extra field. A test can give a cell, a
// worksheet or a part its own XML.
import { deflateRawSync } from 'node:zlib';
import { type TabName, tabs } from '../../src/sheets/tabs.ts';
import { cellsOf, type Sheet } from './library.ts';
import { buildZip, field, type Part } from './zip.ts';

/** A text, or the attributes and the content of a cell: `['t="n"', '<v>7</v>']`. */
export type WorkbookCell = string | [attributes: string, content: string];

export type Worksheet = {
  rows: WorkbookCell[][];
  /** Attributes of rows, by their numbers from 1. */
  rowAttributes?: Record<number, string>;
  state?: string;
  /** Elements before and after the rows. */
  before?: string;
  after?: string;
};

export type Book = {
  worksheets: Record<string, Worksheet>;
  /** The cell formats; the style `s="n"` is the nth. */
  formats?: string[];
  is1904?: boolean;
  /** Parts that replace or join others; null leaves one out. */
  parts?: Record<string, string | Buffer | null>;
};

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n';
const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';

/** The three tabs of a sheet as worksheets of texts. */
export function worksheetsOf(sheet: Sheet): Record<TabName, Worksheet> {
  const worksheets = tabs.map((tab) => [tab.name, { rows: cellsOf(sheet, tab) }]);
  return Object.fromEntries(worksheets) as Record<TabName, Worksheet>;
}

export function buildWorkbook(book: Book): Buffer {
  return buildZip(workbookParts(book));
}

/** The entries of the workbook's ZIP. */
export function workbookParts({ worksheets, formats = ['General'], is1904, parts = {} }: Book): Part[] {
  const names = Object.keys(worksheets);
  const strings: string[] = [];
  const files: Record<string, string | Buffer | null> = {
    '[Content_Types].xml': `${declaration}<Types xmlns="${packages}/content-types"></Types>`,
    '_rels/.rels': relationships([['rId1', 'officeDocument', 'xl/workbook.xml']]),
    'xl/workbook.xml':
      `${declaration}<workbook ${main} xmlns:r="${relations}"><workbookPr${is1904 ? ' date1904="1"' : ''}/><sheets>` +
      `${names.map((name, at) => `<sheet name="${escapeXml(name)}" sheetId="${at + 1}"${stateOf(worksheets[name])} r:id="rId${at + 1}"/>`).join('')}` +
      '</sheets></workbook>',
    'xl/_rels/workbook.xml.rels': relationships([
      ...names.map((_, at): Relation => [`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`]),
      ['rIdS', 'sharedStrings', 'sharedStrings.xml'],
      ['rIdT', 'styles', 'styles.xml'],
    ]),
    ...Object.fromEntries(
      names.map((name, at) => [
        `xl/worksheets/sheet${at + 1}.xml`,
        worksheetXml(worksheets[name] as Worksheet, strings),
      ]),
    ),
    'xl/styles.xml': stylesXml(formats),
    'xl/sharedStrings.xml': `${declaration}<sst ${main}>${strings.join('')}</sst>`,
    ...parts,
  };
  return Object.entries(files).flatMap(([name, content], at) => {
    if (content === null) return [];
    const data = Buffer.from(content);
    const hint = at === 0 ? { lextra: field(0xa220, Buffer.alloc(100)) } : {};
    return [{ name, data, raw: deflateRawSync(data), method: 8, flags: 6, mode: 0, ...hint }];
  });
}

/** A text of a cell as Excel writes it. */
export function stringItem(text: string): string {
  const escaped = text
    .replace(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
    .replace(/[\0-\x08\x0b-\x1f\ufffe\uffff]/g, (character) => {
      const code = character.charCodeAt(0).toString(16).toUpperCase();
      return `_x${code.padStart(4, '0')}_`;
    });
  return `<t xml:space="preserve">${escapeXml(escaped)}</t>`;
}

type Relation = [id: string, type: string, target: string];

function relationships(all: Relation[]): string {
  const items = all.map(
    ([id, type, target]) => `<Relationship Id="${id}" Type="${relations}/${type}" Target="${target}"/>`,
  );
  return `${declaration}<Relationships xmlns="${packages}/relationships">${items.join('')}</Relationships>`;
}

function stateOf(worksheet: Worksheet | undefined): string {
  return worksheet?.state === undefined ? '' : ` state="${worksheet.state}"`;
}

function worksheetXml({ rows, rowAttributes = {}, before = '', after = '' }: Worksheet, strings: string[]) {
  const xml = rows.map((cells, row) => {
    const written = cells.map((cell, at) => cellXml(`${columnOf(at)}${row + 1}`, cell, strings));
    return `<row r="${row + 1}" ${rowAttributes[row + 1] ?? ''}>${written.join('')}</row>`;
  });
  return `${declaration}<worksheet ${main}>${before}<sheetData>${xml.join('')}</sheetData>${after}</worksheet>`;
}

function cellXml(ref: string, cell: WorkbookCell, strings: string[]): string {
  if (cell === '') return '';
  if (typeof cell !== 'string') return `<c r="${ref}" ${cell[0]}>${cell[1]}</c>`;
  return `<c r="${ref}" t="s"><v>${strings.push(`<si>${stringItem(cell)}</si>`) - 1}</v></c>`;
}

function columnOf(at: number): string {
  return at < 26 ? String.fromCharCode(65 + at) : columnOf(Math.floor(at / 26) - 1) + columnOf(at % 26);
}

function stylesXml(formats: string[]): string {
  const codes = formats.map((code, at) => `<numFmt numFmtId="${164 + at}" formatCode="${escapeXml(code)}"/>`);
  const uses = formats.map((_, at) => `<xf numFmtId="${164 + at}" applyNumberFormat="1"/>`);
  return `${declaration}<styleSheet ${main}><numFmts>${codes.join('')}</numFmts><cellXfs>${uses.join('')}</cellXfs></styleSheet>`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
