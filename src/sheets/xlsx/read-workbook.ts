// Reads a sheet that is a workbook (.xlsx) into the same content as the CSV files of its tabs.
import v8 from 'node:v8';
import type { ZipEntry } from '../../zip/directory.ts';
import { readZipFile } from '../sheet-zip.ts';
import { gatherTabs, lacksCells, type SheetContent } from '../tab-readings.ts';
import type { Tab } from '../tabs.ts';
import { parseSheets } from '../../xlsx/parse.ts';
import { findParts, type SheetPart, type WorkbookParts } from '../../xlsx/parts.ts';
import { prepareSheet, withoutRowsBelow } from '../../xlsx/prepare.ts';
import { workbookRules } from '../../xlsx/rules.ts';
import { placeOf, readGridTab } from '../grid-tab.ts';
import { findTabs } from './tab-names.ts';
import { toGrid } from './worksheet-grid.ts';
import { assertPlainXml } from '../../xlsx/xml.ts';

/** V8 collects garbage when the heap has grown by this percentage. Its default doubles the heap, but the objects of a parse
 *  are many times the size of the texts that stay. */
const [frugalGrowth, usualGrowth] = [30, 0];

function setHeapGrowth(percent: number) {
  v8.setFlagsFromString(`--heap-growing-percent=${percent}`);
}

type ReadEntry = (entry: ZipEntry) => Promise<Buffer>;

/** `onRead` receives the rows read so far. `tabs`: as the workbook names them. `maxRows`: further rows of a tab are not parsed. */
export async function readWorkbook(
  file: string,
  onRead: (rows: number) => void,
  tabs: readonly Tab[],
  maxRows = Number.POSITIVE_INFINITY,
): Promise<SheetContent> {
  setHeapGrowth(frugalGrowth);
  return readZipFile(file, workbookRules, async ({ entries, readEntry, hash }) => {
    const parts = await findParts(entries, readEntry);
    const { found, problems, warnings } = findTabs(parts.sheets, tabs);
    const readings = gatherTabs(onRead);
    const worksheets = found.filter(isWorksheet);
    for (const [tab, { part }] of found) if (!part) readings.problems.push(lacksCells(tab));
    // hucre parses shared strings once for all sheets that it is given; sheets without them take less memory one by one.
    for (const group of parts.strings ? [worksheets] : worksheets.map((one) => [one])) {
      const sheets = await parseSheets(() => loadParts(group, parts, readEntry, maxRows));
      for (const [at, [tab, { isHidden }]] of group.entries()) {
        const sheet = sheets[at];
        if (!sheet) continue;
        const { warnings: own, ...reading } = readGridTab(tab, toGrid(sheet, isHidden));
        readings.add(tab, placeOf(tab), reading);
        warnings.push(...own);
        sheet.rows = [];
      }
    }
    return {
      contents: readings.contents,
      problems: [...readings.problems, ...problems, ...readings.foreignTabs()],
      warnings,
      hashes: [hash],
    };
  }).finally(() => setHeapGrowth(usualGrowth));
}

type Worksheet = [Tab, SheetPart & { part: ZipEntry }];

function isWorksheet(found: [Tab, SheetPart]): found is Worksheet {
  return found[1].part !== null;
}

async function loadParts(
  worksheets: Worksheet[],
  parts: WorkbookParts,
  readEntry: ReadEntry,
  maxRows: number,
) {
  const load = async (part: ZipEntry | null) => {
    if (!part) return null;
    const bytes = await readEntry(part);
    assertPlainXml(bytes, part.shown);
    return bytes;
  };
  const sheets: { name: string; xml: Buffer }[] = [];
  for (const [{ name }, { part }] of worksheets)
    sheets.push({ name, xml: withoutRowsBelow(prepareSheet(await readEntry(part), part.shown), maxRows) });
  return {
    sheets,
    strings: await load(parts.strings),
    styles: await load(parts.styles),
    is1904: parts.is1904,
  };
}
