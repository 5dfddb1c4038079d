// The names and limits of a workbook's ZIP. Names: ECMA-376 part 2 (OPC), as Excel, LibreOffice, Google, openpyxl, Numbers and
// people who zip an unpacked workbook again write them.
import { type EntryName, splitEntryName } from '../zip/entry-name.ts';
import type { ZipRules } from '../zip/rules.ts';

const mebibyte = 1024 * 1024;

export const workbookRules: ZipRules = {
  noun: 'workbook',
  readName: readPartName,
  hasOneFolder: false,
  // Excel leaves room for a later change of [Content_Types].xml.
  extraFields: new Map([[0xa220, () => true]]),
  otherFiles: [],
  // Pictures, comments and drawings are parts of their own.
  maxEntries: 4000,
  maxDirectoryBytes: mebibyte,
  maxInflatedBytes: 256 * mebibyte,
  // XML compresses far better than a snapshot; DEFLATE ends at 1032. The sum and the memory of the process limit the rest.
  maxRatio: 500,
};

const partName =
  /^(?:\[content_types\]\.xml|mimetype|(?:_rels|xl|docprops|docmetadata|customxml|customui|package|usercustomization|\[trash\]|worksheets)\/[^:\p{Cc}\p{Cf}\p{M}]+)$/u;

/** Names of parts are one without regard to case. */
function readPartName(text: string): EntryName | null {
  const entry = splitEntryName(text);
  if (entry === null || entry.name === null) return entry && { ...entry, folder: '' };
  if (text.includes('\\')) return null;
  const name = text.replace(/^\//, '').toLowerCase();
  return partName.test(name) && !/\.(\/|$)/.test(name) ? { name, folder: '', isFolder: false } : null;
}
