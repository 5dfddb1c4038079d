// Recognises what uploaded files are by their first bytes; their names and the types that a browser gives them do not count.
import fs from 'node:fs';
import path from 'node:path';
import { badInput } from '../core/errors.ts';
import { describeForeign, recogniseForeign } from '../sheets/file-format.ts';
import type { UploadKind } from '../sheets/uploaded.ts';

/** Throws `bad_input` (`not_a_sheet`, `mixed_files`). Files that may be CSV are judged when they are read. */
export function recogniseUpload(folder: string, files: string[]): UploadKind {
  const heads = files.map((name) => readHead(path.join(folder, name)));
  const packed = files.find((_, at) => isZip(heads[at]));
  if (packed === undefined) {
    refuseForeign(files, heads);
    return 'files';
  }
  if (files.length === 1) return isWorkbook(heads[0]) ? 'xlsx' : 'zip';
  throw badInput(
    'mixed_files',
    `${packed} is a workbook or a ZIP, which is a whole sheet. Choose it alone, or CSV files alone.`,
  );
}

const headBytes = 64 * 1024;

function readHead(file: string): Buffer {
  const head = Buffer.alloc(headBytes);
  const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW);
  try {
    return head.subarray(0, fs.readSync(fd, head, 0, headBytes, 0));
  } finally {
    fs.closeSync(fd);
  }
}

function isZip(head: Buffer | undefined): boolean {
  return /^PK(\x03\x04|\x05\x06)/.test(head?.toString('latin1', 0, 4) ?? '');
}

/** Names of its entries are near the beginning, before the rows. */
function isWorkbook(head: Buffer | undefined): boolean {
  return /xl\/|\[Content_Types\]\.xml/.test(head?.toString('latin1') ?? '');
}

/** One sentence for a file that is something else; a tab of several is named when it is read. */
function refuseForeign(files: string[], heads: Buffer[]) {
  const [name = '', head] = [files[0], heads[0]];
  const foreign = files.length === 1 && head ? recogniseForeign(head) : null;
  if (!foreign) return;
  throw badInput('not_a_sheet', `${describeForeign([name], foreign)} Nothing was kept.`);
}
