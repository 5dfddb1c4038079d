import type { Config } from '../../core/config.ts';
import { plural } from '../../core/format.ts';
import type { UploadedSheet } from '../../sheets/uploaded.ts';
import { tabs } from '../../sheets/tabs.ts';

const kinds = { files: 'CSV', zip: 'ZIP of CSV files', xlsx: 'workbook' };

/** The drop zone, or what was read of the uploaded files. `problem`: why there are none. */
export function viewFiles(
  { sheetMaxBytes }: Pick<Config, 'sheetMaxBytes'>,
  sheet: UploadedSheet | null,
  problem: string | null,
) {
  return { limitMib: sheetMaxBytes / 1024 ** 2, problem, sheet: sheet && viewSheet(sheet) };
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
