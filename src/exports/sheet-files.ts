// Writes the rows of a sheet as files: a folder of CSV files, the same files in a ZIP, or a workbook.
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { packZip } from '../zip/pack.ts';
import { formatRecord } from '../csv/csv.ts';
import type { Format, TabRows } from './exported-rows.ts';
import type { Tab } from '../sheets/tabs.ts';
import { writeWorkbook } from '../sheets/xlsx/write.ts';

/** The ending of the one file that `packSheet` returns. */
export const packedEndings: Record<Format, string> = { csv: '.zip', xlsx: '.xlsx' };
export const contentTypes: Record<Format, string> = {
  csv: 'application/zip',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
};

/** Each file is synced to the disk, but not the folder. */
export function writeFolder(folder: string, tabs: readonly TabRows[]) {
  fs.mkdirSync(folder, { recursive: true });
  for (const { tab, rows } of tabs) writeCsv(path.join(folder, tab.file), rows);
}

/** The sheet as one file, a ZIP of CSV files or a workbook, which is made while it is read. */
export function packSheet(tabs: readonly TabRows[], format: Format, date: Date): Promise<Readable> {
  if (format === 'xlsx') {
    const named = tabs.map(({ tab, rows }) => ({ name: tab.title, widths: widthsOf(tab), rows }));
    return writeWorkbook(named, date);
  }
  const members = tabs.map(({ tab, rows }) => {
    return { name: tab.file, content: Readable.from(csvChunks(rows), { objectMode: false }) };
  });
  return packZip(members, { isStored: false, date });
}

/** Writes to a file what `packSheet` returns. */
export async function writePacked(file: string, tabs: readonly TabRows[], format: Format, date: Date) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const packed = await packSheet(tabs, format, date);
  await pipeline(packed, fs.createWriteStream(file));
}

function writeCsv(file: string, rows: TabRows['rows']) {
  const fd = fs.openSync(file, 'w');
  try {
    for (const chunk of csvChunks(rows)) fs.writeFileSync(fd, chunk);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

const chunkLength = 64 * 1024;

function* csvChunks(rows: TabRows['rows']): Generator<Buffer> {
  let chunk = '';
  for (const row of rows) {
    chunk += formatRecord(row);
    if (chunk.length < chunkLength) continue;
    yield Buffer.from(chunk);
    chunk = '';
  }
  if (chunk !== '') yield Buffer.from(chunk);
}

/** In characters; other columns have words and codes. */
const widths: Record<string, number> = {
  id: 32,
  name: 28,
  title: 44,
  description: 60,
  playbook: 80,
  content: 80,
  context: 44,
  summary: 44,
  created_at: 26,
  updated_at: 26,
  synced_at: 26,
  exported_at: 26,
};

function widthsOf({ headers }: Tab): number[] {
  return headers.map((header) => widths[header] ?? 16);
}
