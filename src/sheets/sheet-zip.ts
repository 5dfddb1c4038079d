// Opens the ZIP of an untrusted sheet. No library sees it before its structure, ratios and sizes were checked.
import fs from 'node:fs';
import { fileChanged } from '../csv/csv-bytes.ts';
import { AppError } from '../core/errors.ts';
import type { ZipEntry } from '../zip/directory.ts';
import { openZip } from '../zip/entries.ts';
import { ZipRefusal } from '../zip/refusal.ts';
import type { ZipRules } from '../zip/rules.ts';
import { readZipStructure } from '../zip/structure.ts';
import { hashFile } from './hash.ts';

type OpenedZip = {
  entries: ZipEntry[];
  /** The bytes of an entry, with their size and CRC-32 checked. */
  readEntry: (entry: ZipEntry) => Promise<Buffer>;
  /** SHA-256 of the file. */
  hash: string;
};

/** Throws `bad_input` with a code of its own for each reason not to read the file, and `temporary` when it was written
 *  meanwhile. */
export async function readZipFile<T>(
  file: string,
  rules: ZipRules,
  read: (zip: OpenedZip) => Promise<T>,
): Promise<T> {
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  try {
    const hash = await hashFile(file);
    const found = await readOpened(fd, rules, hash, read);
    if ((await hashFile(file)) !== hash) throw fileChanged();
    return found;
  } catch (error) {
    throw error instanceof ZipRefusal ? describeRefusal(error, rules) : error;
  } finally {
    fs.closeSync(fd);
  }
}

async function readOpened<T>(
  fd: number,
  rules: ZipRules,
  hash: string,
  read: (zip: OpenedZip) => Promise<T>,
): Promise<T> {
  const structure = readZipStructure({ fd, size: fs.fstatSync(fd).size }, rules);
  const reader = await openZip(structure);
  const readEntry = async (entry: ZipEntry) => {
    const bytes = Buffer.allocUnsafe(entry.size);
    let filled = 0;
    await reader.read(entry, (chunk) => {
      filled += chunk.copy(bytes, filled);
    });
    return bytes;
  };
  return read({ entries: structure.entries, readEntry, hash }).finally(reader.close);
}

function describeRefusal({ code, message }: ZipRefusal, { noun }: ZipRules): AppError {
  const again =
    noun === 'workbook'
      ? 'Open it in a spreadsheet program, and save it again as .xlsx.'
      : 'Zip the three CSV files again.';
  const advice = adviceByCode.get(code) ?? again;
  return new AppError('bad_input', `${message} ${advice} Nothing was written.`, {
    code,
    problems: [],
    total: 0,
  });
}

const inParts = 'Import the rows in parts, with the mode merge.';

const adviceByCode = new Map([
  ['zip_encrypted', 'Save or zip it again without a password.'],
  ['zip_size', inParts],
]);
