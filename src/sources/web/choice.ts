// What the form of the page chooses: a named sheet, uploaded files, or a folder; and how it is imported.
import { AppError } from '../../core/errors.ts';
import type { Args } from '../../core/operation.ts';
import { defaultSource } from '../../core/sheet-source.ts';

export type Choice = {
  from: 'source' | 'files' | 'folder';
  source: string;
  sheet: string | undefined;
  path: string;
  mode: 'replace' | 'merge';
  /** The id of an import: only the rows that it left out are taken. */
  rowsOf: string | undefined;
};

/** Reads the address of the page or its form; without `from`, what is given says it. */
export function readChoice(given: Record<string, string | undefined>): Choice {
  const { source, sheet, path = '', mode, rows_of: rowsOf } = given;
  const implied = sheet ? 'files' : source ? 'source' : path ? 'folder' : 'files';
  return {
    from: (['source', 'files', 'folder'] as const).find((from) => from === given.from) ?? implied,
    source: source || defaultSource,
    sheet: sheet || undefined,
    path,
    mode: mode === 'merge' || rowsOf ? 'merge' : 'replace',
    rowsOf: rowsOf || undefined,
  };
}

/** The arguments of `import`. Throws `invalid_arguments` when the chosen kind has no value. */
export function argumentsOf({ rowsOf, mode, ...choice }: Choice): Args {
  return { ...sheetOf(choice), mode, ...(rowsOf === undefined ? {} : { rows_of: rowsOf }) };
}

function sheetOf({ from, source, sheet, path }: Omit<Choice, 'mode' | 'rowsOf'>): Args {
  if (from === 'source') return { source };
  if (from === 'files') {
    if (sheet === undefined) throw new AppError('invalid_arguments', 'Choose a file first.');
    return { sheet };
  }
  if (path.trim() === '') throw new AppError('invalid_arguments', 'Enter a path first.');
  return { path: path.trim() };
}
