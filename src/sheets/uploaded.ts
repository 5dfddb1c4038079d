// Uploaded sheets: the folder of each, and the record of what its check found. `<root>/uploads/sheet-<id>/` holds the files of
// an upload in `files`, and `sheet.json`, which is written last: a folder without it is an unfinished upload.
import fs from 'node:fs';
import path from 'node:path';
import { AppError, badInput } from '../core/errors.ts';
import { isObject, parseJson } from '../core/json.ts';
import type { Args } from '../core/operation.ts';
import type { TabName } from './tabs.ts';

/** A tab as it was read: `headers` are its known columns as the library spells them, and the others as they are. */
export type ReadTab = { name: TabName; rows: number; headers: string[] };

/** CSV files, which are the tabs, or one file that holds them. */
export type UploadKind = 'files' | 'zip' | 'xlsx';

export type UploadedSheet = {
  sheet_id: string;
  /** Names the upload for people: `library.xlsx`, or `categories.csv and 2 more`. */
  file_name: string;
  files: string[];
  bytes: number;
  kind: UploadKind;
  tabs: ReadTab[];
  /** Sentences, such as which hidden rows were read. */
  warnings: string[];
  uploaded_by: string;
  uploaded_at: string;
};

const recordName = 'sheet.json';
const idPattern = /^[0-9a-f]{8}$/;

export function uploadedFolder(root: string, id: string): string {
  if (!idPattern.test(id)) throw new Error(`${JSON.stringify(id)} is not the id of an uploaded sheet.`);
  return path.join(root, 'uploads', `sheet-${id}`);
}

/** The file whose presence makes an upload complete; its time of change is that of the last use. */
export function uploadRecord(root: string, id: string): string {
  return path.join(uploadedFolder(root, id), recordName);
}

/** Null without a complete upload of that id. */
export function readUploaded(root: string, id: string): UploadedSheet | null {
  if (!idPattern.test(id)) return null;
  const file = uploadRecord(root, id);
  const value = fs.existsSync(file) ? parseJson(fs.readFileSync(file, 'utf8')) : null;
  return isObject(value) ? (value as UploadedSheet) : null;
}

/** The folder of the CSV files, or the one file that holds the tabs. */
export function uploadedPath(
  root: string,
  { sheet_id, kind, files }: Pick<UploadedSheet, 'sheet_id' | 'kind' | 'files'>,
): string {
  const folder = path.join(uploadedFolder(root, sheet_id), 'files');
  return kind === 'files' ? folder : path.join(folder, files[0] ?? '');
}

/** Adds the file name of the upload that `sheet` names, for the texts of the job. Throws `invalid_arguments` when the upload
 *  is gone, or a path is given beside it. */
export function withUploadedName(root: string, { sheet_name: _, ...args }: Args): Args {
  if (args.sheet === undefined) return args;
  const refuse = (message: string) =>
    new AppError('invalid_arguments', message, { problems: [{ field: 'sheet', message }] });
  if (args.path !== undefined) throw refuse('Choose either files or a folder, not both.');
  const uploaded = readUploaded(root, String(args.sheet));
  if (!uploaded) throw refuse(uploadGone);
  return { ...args, sheet_name: uploaded.file_name };
}

/** For a script, whose arguments are its input. Throws `bad_input` (`upload_gone`). */
export function openUploaded(root: string, id: string): UploadedSheet {
  const uploaded = readUploaded(root, id);
  if (!uploaded) throw badInput('upload_gone', uploadGone);
  return uploaded;
}

export const uploadGone =
  'The uploaded file is gone: it is kept for an hour after its last use. Choose the file again.';
