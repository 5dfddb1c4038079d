import { type Audit, systemRequester } from '../core/audit.ts';
import type { Backup } from './backup.ts';

/** Adds the audit row of a backup that has come or gone without the request of a person. */
export function noteBackup(
  audit: Pick<Audit, 'record'>,
  event: string,
  { id, at, bytes }: Backup,
  more: Record<string, unknown> = {},
) {
  const detail = { at, bytes, ...more };
  audit.record({ event, outcome: 'ok', by: systemRequester, target: `backup:${id}`, detail });
}
