// Reads the files of an upload for the first time, in a process of its own: recognises their kind by their content, and says
// what is in them.
import path from 'node:path';
import type { Config } from '../core/config.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import { checkHeaders } from '../sheets/checks.ts';
import { mayRead } from '../sheets/location.ts';
import { badUpload, maxShown, sentence } from '../sheets/problems.ts';
import { readSheet } from '../sheets/read-sheet.ts';
import type { TabContent } from '../sheets/tabs.ts';
import { type ReadTab, type UploadedSheet, uploadedPath } from '../sheets/uploaded.ts';
import { recogniseUpload } from './kind.ts';

export type UploadCheck = { sheet_id: string; files: string[] };

export type CheckedUpload = Pick<UploadedSheet, 'kind' | 'tabs' | 'warnings'>;

/** Throws `bad_input` for files that are no sheet, or whose tabs or headers are wrong. */
export async function checkUpload(config: Config, { sheet_id, files }: UploadCheck): Promise<CheckedUpload> {
  const folder = uploadedPath(config.root, { sheet_id, kind: 'files', files });
  const kind = recogniseUpload(folder, files);
  const sheet = await readSheet(
    { kind, path: uploadedPath(config.root, { sheet_id, kind, files }) },
    { mayRead: (file) => mayRead(config, file), onRead() {}, google: { ...config.google, onWait() {} } },
  );
  const { sheetProblems, warnings, contents } = checkHeaders(sheet);
  if (sheetProblems.length > 0) throw badUpload(sheetProblems);
  for (const file of [...files.map((name) => path.join(folder, name)), folder]) syncToDisk(file);
  return { kind, tabs: contents.map(describeTab), warnings: warnings.slice(0, maxShown).map(sentence) };
}

function describeTab({ tab, header, rows }: TabContent & { rows: number }): ReadTab {
  return { name: tab.name, rows, headers: header.filter((name) => name !== '') };
}
