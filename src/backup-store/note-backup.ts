import { type Audit, systemRequester } from '../core/audit.ts';
import type { Backup } from './backup.ts';

/** Adds the audit row of a backup that has come or gone without the request of a person. */
export function noteBackup(audit: Pick<Audit, 'record'>, event: string, { id, at, bytes }: Backup) {
  const detail = { at, bytes };
  audit.record({ event, outcome: 'ok', by: systemRequester, target: `backup:${id}`, detail });
}
