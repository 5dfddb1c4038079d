// Recognises by its content what kind of sheet a file is. Reads a few kilobytes and parses nothing, so the server may do it.
import fs from 'node:fs';
import { formatList } from '../core/format.ts';
import { bytesInMemory } from '../csv/csv-bytes.ts';
import { recogniseForeign } from '../csv/file-format.ts';
import { tabFiles } from './tabs.ts';

type SheetFile =
  | { kind: 'xlsx' | 'zip' | 'csv' }
  /** Follows the name of a file that cannot be a sheet: `is in the old Excel format (.xls). …` */
  | { kind: 'other'; refusal: string };

const headBytes = 4096;
/** The directory of a ZIP is at its end. */
const tailBytes = 128 * 1024;
const sectorBytes = 512;

export function recogniseSheetFile(file: string): SheetFile {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const { size } = fs.fstatSync(fd);
    const read = (at: number, length: number) => {
      const bytes = Buffer.alloc(Math.max(0, Math.min(length, size - at)));
      return bytes.subarray(0, fs.readSync(fd, bytes, 0, bytes.length, at));
    };
    const head = read(0, headBytes);
    if (isOle(head)) return { kind: 'other', refusal: describeOle(head, read) };
    if (/^PK[\x03\x05]/.test(head.toString('latin1', 0, 3)))
      return recogniseZip(read(Math.max(0, size - tailBytes), tailBytes).toString('latin1'));
    const foreign = recogniseForeign(bytesInMemory(head));
    if (!foreign) return { kind: 'csv' };
    return { kind: 'other', refusal: `is ${foreign.kind.replace(/, not CSV$/, '')}. ${whatASheetIs}` };
  } finally {
    fs.closeSync(fd);
  }
}

export const whatASheetIs = `A sheet is a workbook (.xlsx), or ${formatList(tabFiles)} in a folder or a ZIP.`;
const saveAgain = 'Open it in a spreadsheet program, and save it as .xlsx.';

/** Names that only ZIPs of other programs have. */
const otherZips: [signature: RegExp, what: string, advice: string][] = [
  [/xl\/workbook\.bin/, 'a binary Excel workbook (.xlsb)', saveAgain],
  [/opendocument|META-INF\/manifest\.xml/, 'in OpenDocument format (.ods)', saveAgain],
  [/\.iwa/, 'in Numbers format', 'Export it from Numbers as Excel (.xlsx).'],
  [/word\/document\.xml/, 'a Word document', whatASheetIs],
  [/ppt\/presentation\.xml/, 'a PowerPoint presentation', whatASheetIs],
];

function recogniseZip(directory: string): SheetFile {
  const other = otherZips.find(([signature]) => signature.test(directory));
  if (other) return { kind: 'other', refusal: `is ${other[1]}. ${other[2]}` };
  return { kind: /xl\/workbook\.xml|\[Content_Types\]\.xml/i.test(directory) ? 'xlsx' : 'zip' };
}

function isOle(head: Buffer): boolean {
  return head.toString('latin1', 0, 4) === '\xd0\xcf\x11\xe0';
}

/** A password wraps a workbook into an OLE container. Format: MS-CFB; the sector of its directory is at byte 48. */
function describeOle(head: Buffer, read: (at: number, length: number) => Buffer): string {
  const sector = head.length >= 52 ? head.readUInt32LE(48) : 0;
  const directory = read((sector + 1) * sectorBytes, headBytes);
  const isEncrypted = directory.includes(Buffer.from('EncryptedPackage', 'utf16le'));
  return isEncrypted
    ? 'is protected by a password. Open it in a spreadsheet program, and save it without the password.'
    : `is in the old Excel format (.xls). ${saveAgain}`;
}
