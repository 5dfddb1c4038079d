// Tells a tab in another encoding, such as Windows-1252, from one in UTF-8 with a few broken cells.
import type { Foreign } from '../csv/file-format.ts';
import { readNames } from './header.ts';
import { quote } from './problems.ts';
import type { TabContent } from './tabs.ts';

const notAscii = /[^\x00-\x7f]/;

/** `records` were decoded from bytes that are not all UTF-8. Null when most of the compared cells with other letters than
 *  ASCII's are: then each broken cell is a problem of its own. */
export function recogniseEncoding({ tab, header, records, place }: TabContent): Foreign | null {
  const names = readNames(tab, header);
  const columns = tab.required.map((name) => names.indexOf(name));
  let first: { row: number; at: number; cell: string } | null = null;
  let surplus = 0;
  let row = 1;
  for (const cells of records) {
    row++;
    for (const at of columns) {
      const cell = cells[at] ?? '';
      if (!notAscii.test(cell)) continue;
      const isBroken = cell.includes('\uFFFD');
      surplus += isBroken ? 1 : -1;
      if (isBroken) first ??= { row, at, cell };
    }
  }
  if (first === null || surplus <= 0) return null;
  const cell = `The ${names[first.at]} in row ${first.row} of ${place}`;
  return { kind: 'not UTF-8 text', advice: `${cell} reads ${quote(first.cell)}. Save as CSV in UTF-8.` };
}
