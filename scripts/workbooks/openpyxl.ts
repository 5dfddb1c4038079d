// Reads and saves workbooks with openpyxl (Python).
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { tabs } from '../../src/sheets/tabs.ts';

/** openpyxl leaves the escapes of a text to its caller, and has a function for them. A cell that is no text shows its type. */
const readProgram = `
import json, sys
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
def text(cell):
    if cell.value is None: return ''
    return unescape(cell.value) if cell.data_type == 's' else f'{cell.data_type} {cell.value}'
book = load_workbook(sys.argv[1])
json.dump({sheet.title: [[text(cell) for cell in row] for row in sheet.iter_rows()] for sheet in book}, sys.stdout)
`;
const saveProgram = 'import sys, openpyxl; openpyxl.load_workbook(sys.argv[1]).save(sys.argv[2])';

export function createOpenpyxl(python: string, work: string) {
  const run = (program: string, ...files: string[]) => {
    const options = { encoding: 'utf8', maxBuffer: 2 ** 30 } as const;
    const { status, stdout, stderr } = spawnSync(python, ['-c', program, ...files], options);
    if (status !== 0) throw new Error(`${python} ended with ${status}: ${stderr.trim().split('\n').at(-1)}`);
    return stdout;
  };

  return {
    /** The cells of each tab, in the order of the tabs. */
    readCells(workbook: string): string[][][] {
      const sheets = JSON.parse(run(readProgram, workbook)) as Record<string, string[][]>;
      return tabs.map(({ name }) => sheets[name] ?? []);
    },

    /** Opens a workbook and saves it as another. */
    saveAgain(workbook: string, name: string): string {
      const saved = path.join(work, `${name}.xlsx`);
      run(saveProgram, workbook, saved);
      return saved;
    },
  };
}
