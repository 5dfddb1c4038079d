// Prepares uploaded files, and the form that uploads them, for pages.
import type { Config } from '../core/config.ts';
import { plural } from '../core/format.ts';
import { tabs } from './tabs.ts';
import { readUploaded, type UploadedSheet, uploadGone } from './uploaded.ts';

const kinds = { files: 'CSV', zip: 'ZIP of CSV files', xlsx: 'workbook' };

/** The view model of the drop zone, or of the uploaded files with this id. `problem`: why there are none. */
export function viewFiles(
  { root, sheetMaxBytes }: Pick<Config, 'root' | 'sheetMaxBytes'>,
  id: string | undefined,
  problem: string | null = null,
) {
  const sheet = id === undefined ? null : readUploaded(root, id);
  const gone = id !== undefined && !sheet ? uploadGone : null;
  return { maxBytes: sheetMaxBytes, problem: problem ?? gone, sheet: sheet && viewSheet(sheet) };
}

function viewSheet({ sheet_id, file_name, bytes, kind, files, tabs: read, warnings }: UploadedSheet) {
  return {
    id: sheet_id,
    name: file_name,
    bytes,
    kind: kind === 'files' ? plural(files.length, 'CSV file') : kinds[kind],
    warnings,
    tabs: read.map(({ name, rows, headers }) => {
      const known = tabs.find((tab) => tab.name === name)?.headers ?? [];
      const found = known.filter((header) => headers.includes(header)).length;
      return { name, rows, columns: `${found} of ${known.length}` };
    }),
  };
}
