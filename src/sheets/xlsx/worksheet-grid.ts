// Turns a worksheet as hucre parses it into the grid of a tab.
import type { Sheet } from 'hucre';
import { cellText } from '../../xlsx/cell-text.ts';
import { createTextKeeper } from '../../xlsx/kept-text.ts';
import { describeFormulaError, type Grid, toTexts } from '../grid-tab.ts';

export function toGrid(sheet: Sheet, isHidden: boolean): Grid {
  const { rows, cells, rowDefs, columns, merges = [] } = sheet;
  const keep = createTextKeeper();
  return {
    texts: toTexts(rows, (value, row, column) => keep(cellText(value, cells?.get(`${row},${column}`)))),
    isHidden,
    hiddenRows: [...(rowDefs ?? [])].flatMap(([row, { hidden }]) => (hidden ? [row] : [])),
    hiddenColumns: (columns ?? []).flatMap(({ hidden }, at) => (hidden ? [at] : [])),
    merges,
    ...findFormulas(sheet),
  };
}

function findFormulas({ rows, cells }: Sheet) {
  const faults: Grid['faults'][number][] = [];
  const uncomputed: Grid['uncomputed'][number][] = [];
  for (const [key, cell] of cells ?? []) {
    const [row = 0, column = 0] = key.split(',').map(Number);
    if (cell.type === 'error')
      faults.push({ row, column, message: describeFormulaError(String(cell.value)) });
    else if (cell.formula !== undefined && rows[row]?.[column] === null) uncomputed.push({ row, column });
  }
  return { faults, uncomputed };
}
