// Compares the cells of two sheets.
import { cellRef } from 'hucre';
import { plural } from '../../src/core/format.ts';
import { tabs } from '../../src/sheets/tabs.ts';

type Cells = string[][][];

/** Throws the first difference. Returns what was compared. */
export function assertSameCells(expected: Cells, actual: Cells): string {
  let count = 0;
  for (const [index, { name }] of tabs.entries()) {
    const [wanted = [], found = []] = [expected[index], actual[index]];
    if (wanted.length !== found.length)
      throw new Error(`${name} has ${plural(found.length, 'row')} instead of ${wanted.length}.`);
    for (const [row, cells] of wanted.entries()) {
      for (let at = 0; at < Math.max(cells.length, found[row]?.length ?? 0); at++) {
        const [one = '', other = ''] = [cells[at], found[row]?.[at]];
        if (one !== other)
          throw new Error(`${name}!${cellRef(row, at)} is ${show(other)} instead of ${show(one)}.`);
        count++;
      }
    }
  }
  return `${plural(count, 'cell')} equal`;
}

/** A line end within a cell of LibreOffice is a line feed, whatever the workbook has. */
export function withLineFeeds(cells: Cells): Cells {
  return cells.map((rows) => rows.map((row) => row.map((cell) => cell.replace(/\r\n?/g, '\n'))));
}

function show(text: string): string {
  const shown = JSON.stringify(text.slice(0, 60));
  return text.length > 60 ? `${shown} (${plural(text.length, 'character')})` : shown;
}
