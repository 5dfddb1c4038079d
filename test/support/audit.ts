// Rows of the audit log, written by the audit log itself.
import { type AuditEntry, systemRequester } from '../../src/core/audit.ts';
import type { TestApp } from './app.ts';

type Given = Partial<Omit<AuditEntry, 'by'>> & { actor?: string; peer?: string };

/** Adds a row that was done, unless `failed` or a `code` says otherwise. */
export function addRow(
  { audit }: Pick<TestApp, 'audit'>,
  { actor = 'ada', peer = '127.0.0.1', event = 'settings.changed', ...given }: Given = {},
) {
  const by = { ...systemRequester, actor, peer, requestId: 'a1b2c3d4' };
  audit.record({ event, by, outcome: 'ok', ...given });
}
