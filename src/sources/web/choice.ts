// What the form of the page chooses: a named sheet, uploaded files, or a folder; and how it is imported.
import { AppError } from '../../core/errors.ts';
import type { Args } from '../../core/operation.ts';
import { sheetNames } from '../named-sheets.ts';

export type Choice = {
  from: 'source' | 'files' | 'folder';
  source: string;
  sheet: string | undefined;
  path: string;
  mode: 'replace' | 'merge';
};

/** Reads the address of the page or its form; without `from`, what is given says it. */
export function readChoice(given: Record<string, string | undefined>): Choice {
  const { source, sheet, path = '', mode } = given;
  const implied = sheet ? 'files' : source ? 'source' : path ? 'folder' : 'files';
  return {
    from: (['source', 'files', 'folder'] as const).find((from) => from === given.from) ?? implied,
    source: sheetNames.find((name) => name === source) ?? sheetNames[0],
    sheet: sheet || undefined,
    path,
    mode: mode === 'merge' ? 'merge' : 'replace',
  };
}

/** The arguments of `import`. Throws `invalid_arguments` when the chosen kind has no value. */
export function argumentsOf({ from, source, sheet, path, mode }: Choice): Args {
  if (from === 'source') return { source, mode };
  if (from === 'files') {
    if (sheet === undefined) throw new AppError('invalid_arguments', 'Choose a file first.');
    return { sheet, mode };
  }
  if (path.trim() === '') throw new AppError('invalid_arguments', 'Enter the path of a folder first.');
  return { path: path.trim(), mode };
}
