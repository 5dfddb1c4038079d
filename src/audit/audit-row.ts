// A row of the audit log as it is read.
import { parseDetail } from '../core/audit-detail.ts';

export const outcomes = ['ok', 'refused', 'failed'] as const;
export type Outcome = (typeof outcomes)[number];

export type AuditRow = {
  id: number;
  at: string;
  actor: string;
  event: string;
  target: string | null;
  outcome: Outcome;
  reason: string | null;
  detail: Record<string, unknown> | null;
  peer: string | null;
  request_id: string | null;
  hash: string | null;
};

export type StoredRow = Omit<AuditRow, 'detail'> & { detail: string | null };

export function parseRow(stored: StoredRow): AuditRow {
  const row = Object.fromEntries(Object.entries(stored).map(readableCell)) as StoredRow;
  return { ...row, detail: row.detail === null ? null : parseDetail(row.detail) };
}

/** Another program may have put bytes where the server writes a text. */
function readableCell([column, value]: [string, unknown]): [string, unknown] {
  return [column, Buffer.isBuffer(value) ? value.toString() : value];
}
