// Recognises a file that is not CSV in UTF-8 by its first bytes, so that one sentence says what it is instead of a problem for
// each header. Signatures: the formats' specifications.
import { formatList } from '../core/format.ts';
import type { CsvBytes } from './csv-bytes.ts';

/** `kind` follows “is” or “are”. */
export type Foreign = { kind: string; advice: string };

const maxBytes = 4096;
const saveAsUtf8 = 'Save as CSV in UTF-8.';
const exportTabs = 'Export each tab as CSV in UTF-8.';
const saveSheets = 'Open it in a spreadsheet program and save each sheet as CSV in UTF-8.';
const openLink = 'Open the link, and download the sheet as CSV.';
const signIn = 'A download that needs a sign-in gives such a page: sign in, and download the CSV again.';

export const workbookSignature = /^PK\x03\x04.*(xl\/|\[Content_Types\])/s;

/** By the first bytes, read as Latin-1. */
const signatures: [RegExp, string, string][] = [
  [/^(\xff\xfe\0\0|\0\0\xfe\xff|[^\0]\0{3}[^\0]\0{3}|\0{3}[^\0]\0{3}[^\0])/, 'UTF-32 text', saveAsUtf8],
  [/^(\xff\xfe|\xfe\xff)/, 'UTF-16 text', saveAsUtf8],
  [workbookSignature, 'in Excel format (.xlsx), not CSV', saveSheets],
  [/^PK\x03\x04.*opendocument\.spreadsheet/s, 'in OpenDocument format (.ods), not CSV', saveSheets],
  [/^PK\x03\x04.*\.iwa/s, 'in Numbers format, not CSV', saveSheets],
  [/^PK[\x03\x05]/, 'a ZIP archive, not CSV', 'Unpack it first.'],
  [/^\xd0\xcf\x11\xe0/, 'in the old Excel format (.xls), not CSV', saveSheets],
  [/^\x1f\x8b|^BZh|^\xfd7zXZ|^7z\xbc\xaf|^\x28\xb5\x2f\xfd|^Rar!/, 'compressed', 'Unpack it first.'],
  [/^.{257}ustar/s, 'a tar archive, not CSV', 'Unpack it first.'],
  [/^%PDF/, 'PDF, not CSV', saveAsUtf8],
  [/^\{\\rtf/, 'rich text (RTF), not CSV', saveAsUtf8],
  [/^SQLite format 3/, 'in SQLite format, not CSV', exportTabs],
  [
    /^(\s|--.*\n|\/\*.*?\*\/;?)*(PRAGMA |SET \w+ ?=|(CREATE|DROP) TABLE |INSERT INTO |COPY \S+ \()/i,
    'SQL statements, not CSV',
    exportTabs,
  ],
  [/^\+[-+]+\+\r?\n\|/, 'a table drawn with lines, not CSV', saveAsUtf8],
  [/^ID;P/, 'in SYLK format (.slk), not CSV', saveSheets],
  [/^TABLE\r?\n0,1\r?\n/, 'in DIF format (.dif), not CSV', saveSheets],
  [/^MIME-Version:/i, 'a web archive (.mht), not CSV', saveSheets],
  [/^\[InternetShortcut\]|^\{.*"(doc_id|resource_id)":/is, 'a link to a sheet, not its content', openLink],
  [/^version https:\/\/git-lfs/, 'a Git LFS pointer, not the content', 'Run git lfs pull.'],
  [/^(.*\n)?<<<<<<< .*\n=======\r?\n/s, 'marked with a merge conflict', 'Resolve the conflict first.'],
  [/^\s*<html[^>]*schemas-microsoft-com/i, 'HTML by a spreadsheet program, not CSV', saveSheets],
  [/^\s*<(.*<)?(!doctype html|html|body|table)\b/is, 'HTML (a web page), not CSV', signIn],
  [/^\s*<[?!a-z]/i, 'XML, not CSV', saveAsUtf8],
  [/^---\r?\n|^- \w+: /, 'YAML, not CSV', saveAsUtf8],
  [/^\s*(\{\s*["}]|\[\s*[[{"\]])/, 'JSON, not CSV', saveAsUtf8],
];

/** Null for what may be CSV. */
export function recogniseForeign(bytes: CsvBytes): Foreign | null {
  const start = bytes
    .read(0, maxBytes)
    .toString('latin1')
    .replace(/^(\xef\xbb\xbf)+/, '');
  if (start.trim() === '' && bytes.size <= maxBytes)
    return { kind: 'empty', advice: 'Export the tab again.' };
  for (const [signature, kind, advice] of signatures) {
    if (signature.test(start)) return { kind, advice };
  }
  const wideLine = findWideText(bytes);
  if (wideLine !== null) {
    const kind = wideLine === 1 ? 'UTF-16 text' : `UTF-16 text from line ${wideLine} on`;
    return { kind, advice: saveAsUtf8 };
  }
  // Text has hardly any control characters.
  const controls = start.match(/[\0-\x08\x0e-\x1f]/g)?.length ?? 0;
  return controls * 20 > start.length ? { kind: 'not text', advice: saveAsUtf8 } : null;
}

/** The number of the first line in UTF-16 without a mark: 1, or that of what a program has appended, such as PowerShell's >>.
 *  Null without one. */
function findWideText(bytes: CsvBytes): number | null {
  const nul = findNul(bytes);
  if (nul === null) return null;
  const from = Math.max(0, nul - 1);
  if (!/^.?(\0[^\0]){3}/s.test(bytes.read(from, nul + 6 - from).toString('latin1'))) return null;
  let line = 1;
  for (let at = 0; at < nul; at += searchedBytes)
    line +=
      bytes
        .read(at, Math.min(searchedBytes, nul - at))
        .toString('latin1')
        .split('\n').length - 1;
  return line;
}

const searchedBytes = 256 * 1024;

function findNul({ size, read }: CsvBytes): number | null {
  for (let at = 0; at < size; at += searchedBytes) {
    const found = read(at, searchedBytes).indexOf(0);
    if (found >= 0) return at + found;
  }
  return null;
}

/** `categories.csv and manuals.csv are UTF-16 text. Save as CSV in UTF-8.` */
export function describeForeign(places: string[], { kind, advice }: Foreign): string {
  const subject = formatList(places).replace(/^the /, 'The ');
  return `${subject} ${places.length === 1 ? 'is' : 'are'} ${kind}. ${advice}`;
}
