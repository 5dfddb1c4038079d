// A row of the audit log as it is read.

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

/** Somebody may have changed the file by other means. The page then shows the text, and the check of the chain names the row. */
function parseDetail(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {}
  return { text };
}
