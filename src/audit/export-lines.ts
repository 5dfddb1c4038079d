// The audit log as the text of a file: CSV for spreadsheet programs, or JSON lines.
import { formatRecord } from '../csv/csv.ts';
import { guardFormula } from '../sheets/formula.ts';
import type { AuditBody } from './audit-body.ts';

export const exportFormats = ['csv', 'jsonl'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export const exportTypes: Record<ExportFormat, string> = {
  csv: 'text/csv; charset=utf-8',
  jsonl: 'application/x-ndjson; charset=utf-8',
};

const columns = [
  'id',
  'at',
  'actor',
  'event',
  'title',
  'target',
  'outcome',
  'reason',
  'detail',
  'peer',
  'request_id',
  'hash',
] as const satisfies (keyof AuditBody)[];

/** Spreadsheet programs read a file with it as UTF-8. */
const byteOrderMark = '\uFEFF';

/** Yields the file in parts and lets the event loop run after each batch; nothing is read before the reader asks for it.
 *  `clean` takes secrets out of the rows. */
export async function* exportLines(
  format: ExportFormat,
  batches: Iterable<AuditBody[]>,
  clean: <T>(value: T) => T,
): AsyncGenerator<Buffer> {
  const write = format === 'csv' ? csvLine : jsonLine;
  if (format === 'csv') yield Buffer.from(byteOrderMark + formatRecord(columns));
  for (const rows of batches) {
    const text = rows.map(write).join('');
    // The whole is looked at first, because most rows have nothing to hide.
    if (text !== '') yield Buffer.from(clean(text) === text ? text : clean(rows).map(write).join(''));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function jsonLine(row: AuditBody): string {
  return `${JSON.stringify(row)}\n`;
}

function csvLine(row: AuditBody): string {
  const cells = columns.map((name) => {
    const value = row[name];
    return guardFormula(
      typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? ''),
    );
  });
  return formatRecord(cells);
}
