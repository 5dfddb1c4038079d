// Round trips of libraries through workbooks of other programs.
import path from 'node:path';
import type { Library } from '../../src/library/repository.ts';
import { assertSameCells, withLineFeeds } from './compare.ts';
import { exportedCells, exportWorkbook, hashLibrary, importInto, makeOddLibrary } from './libraries.ts';
import { createLibreOffice } from './libreoffice.ts';
import { createOpenpyxl } from './openpyxl.ts';
import type { Programs } from './programs.ts';

/** `run` returns what was found to be equal, and throws what is not. */
type RoundTrip = { title: string; program: keyof Programs; run(): string | Promise<string> };

/** `sheet`: a folder with the CSV files of a library. Writes to the folder `work`. */
export async function makeRoundTrips(sheet: string, work: string, programs: Programs): Promise<RoundTrip[]> {
  const inWork = (name: string) => path.join(work, name);
  const imported = await importInto(inWork('csv.db'), { kind: 'folder', path: sheet });
  const odd = makeOddLibrary(inWork('odd.db'));
  const [book, oddBook] = [
    await exportWorkbook(imported, inWork('Library.xlsx')),
    await exportWorkbook(odd, inWork('Odd.xlsx')),
  ];
  const libreOffice = createLibreOffice(programs.libreOffice.command, work);
  const openpyxl = createOpenpyxl(programs.openpyxl.command, work);
  const importAgain = (file: string, name: string) =>
    importInto(inWork(`${name}.db`), { kind: 'xlsx', path: file });
  return [
    {
      title: 'LibreOffice makes a workbook of the CSV files, which imports to the same library',
      program: 'libreOffice',
      async run() {
        const made = await importAgain(libreOffice.makeWorkbook(sheet, 'made'), 'made');
        assertSameCells(exportedCells(imported), exportedCells(made));
        const [expected, actual] = [hashLibrary(imported), hashLibrary(made)];
        if (actual !== expected)
          throw new Error(`The library has the hash ${actual} instead of ${expected}.`);
        return `hash ${actual.slice(0, 16)}…`;
      },
    },
    ...readings('our workbook', imported, book, { libreOffice, openpyxl }),
    ...readings('our workbook of odd texts', odd, oddBook, { libreOffice, openpyxl }),
    {
      title: 'LibreOffice saves our workbook again, which imports to the same library',
      program: 'libreOffice',
      async run() {
        const saved = await importAgain(libreOffice.saveAgain(book, 'saved'), 'saved-lo');
        return assertSameCells(withLineFeeds(exportedCells(imported)), exportedCells(saved));
      },
    },
    {
      title: 'openpyxl saves our workbook again, which imports to the same library',
      program: 'openpyxl',
      async run() {
        const saved = await importAgain(openpyxl.saveAgain(book, 'saved'), 'saved-openpyxl');
        return assertSameCells(exportedCells(imported), exportedCells(saved));
      },
    },
  ];
}

type Readers = Record<keyof Programs, { readCells(workbook: string): string[][][] }>;

/** Opens our workbook of the library in each program. */
function readings(
  noun: string,
  library: Library,
  file: string,
  { libreOffice, openpyxl }: Readers,
): RoundTrip[] {
  return [
    {
      title: `LibreOffice shows the cells of ${noun}`,
      program: 'libreOffice',
      run() {
        const shown = libreOffice.readCells(file);
        return assertSameCells(withLineFeeds(exportedCells(library)), withLineFeeds(shown));
      },
    },
    {
      title: `openpyxl reads the cells of ${noun}`,
      program: 'openpyxl',
      run: () => assertSameCells(exportedCells(library), openpyxl.readCells(file)),
    },
  ];
}
