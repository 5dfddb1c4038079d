// Recognises a file that is not CSV in UTF-8 by its first bytes, so that one sentence says what it is instead of a problem for
// each header. Signatures: the formats' specifications.
import { formatList } from '../core/format.ts';

/** `kind` follows “is” or “are”. */
export type Foreign = { kind: string; advice: string };

const maxBytes = 4096;
const saveAsUtf8 = 'Save as CSV in UTF-8.';
const saveSheets = 'Open it in a spreadsheet program and save each sheet as CSV in UTF-8.';
const signIn = 'A download that needs a sign-in gives such a page: sign in, and download the CSV again.';

/** By the first bytes, read as Latin-1. */
const signatures: [RegExp, string, string][] = [
  [/^(\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0{3}[^\0]\0{3}|\0{3}[^\0]\0{3}[^\0])/, 'UTF-32 text', saveAsUtf8],
  [/^(\xff\xfe|\xfe\xff|([^\0]\0){4}|(\0[^\0]){4})/, 'UTF-16 text', saveAsUtf8],
  [/^PK\x03\x04.*(xl\/|\[Content_Types\])/s, 'in Excel format (.xlsx), not CSV', saveSheets],
  [/^PK\x03\x04.*opendocument\.spreadsheet/s, 'in OpenDocument format (.ods), not CSV', saveSheets],
  [/^PK\x03\x04.*\.iwa/s, 'in Numbers format, not CSV', saveSheets],
  [/^PK[\x03\x05]/, 'a ZIP archive, not CSV', 'Unpack it first.'],
  [/^\xd0\xcf\x11\xe0/, 'in the old Excel format (.xls), not CSV', saveSheets],
  [/^\x1f\x8b|^BZh|^\xfd7zXZ|^7z\xbc\xaf|^\x28\xb5\x2f\xfd/, 'compressed', 'Unpack it first.'],
  [/^%PDF/, 'PDF, not CSV', saveAsUtf8],
  [/^\{\\rtf/, 'rich text (RTF), not CSV', saveAsUtf8],
  [/^SQLite format 3/, 'in SQLite format, not CSV', 'Export each tab as CSV in UTF-8.'],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer, not the content', 'Run git lfs pull.'],
  [/^(.*\n)?<<<<<<< .*\n=======\r?\n/s, 'marked with a merge conflict', 'Resolve the conflict first.'],
  [/^\s*<(.*<)?(!doctype html|html|body|table)\b/is, 'HTML (a web page), not CSV', signIn],
  [/^\s*<[?!a-z]/i, 'XML, not CSV', saveAsUtf8],
  [/^\s*(\{\s*["}]|\[\s*[[{"\]])/, 'JSON, not CSV', saveAsUtf8],
];

/** Null for what may be CSV. */
export function recogniseForeign(bytes: Buffer): Foreign | null {
  const start = bytes.toString('latin1', 0, maxBytes).replace(/^(\xef\xbb\xbf)+/, '');
  if (start.trim() === '' && bytes.length <= maxBytes)
    return { kind: 'empty', advice: 'Export the tab again.' };
  for (const [signature, kind, advice] of signatures) {
    if (signature.test(start)) return { kind, advice };
  }
  // Text has hardly any control characters.
  const controls = start.match(/[\0-\x08\x0e-\x1f]/g)?.length ?? 0;
  return controls * 20 > start.length ? { kind: 'not text', advice: saveAsUtf8 } : null;
}

/** `categories.csv and manuals.csv are UTF-16 text. Save as CSV in UTF-8.` */
export function describeForeign(files: string[], { kind, advice }: Foreign): string {
  return `${formatList(files)} ${files.length === 1 ? 'is' : 'are'} ${kind}. ${advice}`;
}
