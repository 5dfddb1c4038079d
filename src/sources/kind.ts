// Recognises what uploaded files are by their content; their names and the types that a browser gives them do not count.
import path from 'node:path';
import { badInput } from '../core/errors.ts';
import { recogniseSheetFile } from '../sheets/sheet-file.ts';
import type { UploadKind } from '../sheets/uploaded.ts';

/** Throws `bad_input` (`not_a_sheet`, `mixed_files`). Files that may be CSV are judged when they are read. */
export function recogniseUpload(folder: string, files: string[]): UploadKind {
  const found = files.map((name) => recogniseSheetFile(path.join(folder, name)));
  const [name = '', first] = [files[0], found[0]];
  if (files.length === 1 && first?.kind === 'other')
    throw badInput('not_a_sheet', `${name} ${first.refusal} Nothing was kept.`);
  const packed = found.findIndex(({ kind }) => kind === 'xlsx' || kind === 'zip');
  if (packed < 0) return 'files';
  if (files.length === 1) return first?.kind === 'xlsx' ? 'xlsx' : 'zip';
  throw badInput(
    'mixed_files',
    `${files[packed]} is a workbook or a ZIP, which is a whole sheet. Choose it alone, or CSV files alone.`,
  );
}
