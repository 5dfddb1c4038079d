// Parses checked parts with hucre. The rest of the program sees its types, but never its errors.
import { HucreError, isDateFormat, parseCellRef, readXlsx, type Sheet } from 'hucre';
import { formatList, formatNumber } from '../core/format.ts';
import { ZipRefusal } from '../zip/refusal.ts';
import { packWorkbook } from './pack.ts';
import { withoutEmptyCells, withoutTextFormats } from './prepare.ts';
import { readElements } from './xml.ts';

type CheckedParts = Parameters<typeof packWorkbook>[0];

/** Returns the sheets in the given order. `load` is called again when they have to be prepared in another way, so that the
 *  packed workbook alone holds their XML while it is read. Throws a `ZipRefusal`. */
export async function parseSheets(load: () => Promise<CheckedParts>): Promise<Sheet[]> {
  const packed = pack(await load(), ({ xml }, readStyles) => (readStyles ? withoutTextFormats(xml) : xml));
  try {
    return await parse(packed);
  } catch (error) {
    if (!(error instanceof HucreError)) throw damaged();
  }
  const dense = pack(await load(), ({ name, xml }) => assertDense(name, withoutEmptyCells(xml)));
  try {
    return await parse(dense);
  } catch {
    throw damaged();
  }
}

type Packed = { workbook: Uint8Array; readStyles: boolean };

function pack(
  parts: CheckedParts,
  prepare: (sheet: CheckedParts['sheets'][number], readStyles: boolean) => Buffer,
): Packed {
  const readStyles = parts.styles !== null && hasNumberFormats(parts.styles.toString());
  for (const sheet of parts.sheets) sheet.xml = prepare(sheet, readStyles);
  return { workbook: packWorkbook(parts), readStyles };
}

async function parse({ workbook, readStyles }: Packed): Promise<Sheet[]> {
  return (await readXlsx(workbook, { readStyles })).sheets;
}

function damaged() {
  return new ZipRefusal('not_a_workbook', 'The workbook is damaged: its XML cannot be read.');
}

/** General, and text. */
const plainIds = ['0', '49'];
const dateIds = /^(1[4-9]|2[0-2]|2[7-9]|3[0-6]|4[5-7]|5[0-8])$/;

/** Whether a cell may have a number format that is neither plain nor a date's, such as percent. */
function hasNumberFormats(styles: string): boolean {
  const formats = readElements(styles, 'numFmt').map(({ numFmtId = '', formatCode = '' }) => [
    numFmtId,
    formatCode,
  ]);
  const codes = new Map(formats as [string, string][]);
  const [, used = ''] = styles.split(/<\/?(?:\w+:)?cellXfs\b/);
  return readElements(used, 'xf').some(({ numFmtId = '0' }) => {
    const code = codes.get(numFmtId);
    if (code !== undefined) return !/^(General|@)$/i.test(code) && !isDateFormat(code);
    return !plainIds.includes(numFmtId) && !dateIds.test(numFmtId);
  });
}

const [maxRows, maxColumns, maxCells] = [1_048_576, 16_384, 20_000_000];

/** hucre reserves memory for the whole area from A1 to the last cell. Returns the XML if it can do that. */
function assertDense(name: string, xml: Buffer): Buffer {
  let [lastRow, lastColumn, rowOf, columnOf] = [0, 0, '', ''];
  for (const [, ref = ''] of xml.toString('latin1').matchAll(/<(?:\w+:)?c [^<>]*?\br="([^"<]*)"/g)) {
    const { row, col } = parseCellRef(ref);
    if (row > lastRow) [lastRow, rowOf] = [row, ref];
    if (col > lastColumn) [lastColumn, columnOf] = [col, ref];
  }
  const isOutside = lastRow >= maxRows || lastColumn >= maxColumns;
  if (!isOutside && (lastRow + 1) * (lastColumn + 1) <= maxCells) return xml;
  const cells = formatList([...new Set([rowOf, columnOf])].filter((ref) => ref !== ''));
  const limit = isOutside
    ? `a sheet has ${formatNumber(maxRows)} rows and columns up to XFD`
    : 'nearly all cells before them are empty';
  const advice = 'Delete the rows and columns behind the content.';
  throw new ZipRefusal('too_sparse', `The tab ${name} reaches to ${cells}, but ${limit}. ${advice}`);
}
