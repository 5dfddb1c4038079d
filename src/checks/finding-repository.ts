// Statements on the table `finding` of ops.db. Cleared ones stay, so that a mute outlasts a gap; findings.ts
// says how many.
import { type Db, prepareAll } from '../core/db/open.ts';
import type { Finding } from './finding.ts';

type Row = Omit<Finding, 'id' | 'stops' | 'fix'> & { id: number; stops: string; fix: string | null };

export type FindingRepository = ReturnType<typeof createFindingRepository>;

const columns = [
  'check_id',
  'subject',
  'component',
  'severity',
  'title',
  'text',
  'stops',
  'fix',
  'runbook',
  'opened_at',
  'seen_at',
  'cleared_at',
  'times',
  'muted_until',
  'muted_by',
  'mute_reason',
  'incident',
] as const;

export function createFindingRepository(ops: Db) {
  const statements = prepareAll(ops, {
    all: `SELECT id, ${columns.join(', ')} FROM finding ORDER BY id`,
    put: `
      INSERT INTO finding (${columns.join(', ')}) VALUES (${columns.map((name) => `@${name}`).join(', ')})
      ON CONFLICT (check_id, subject) DO UPDATE SET ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
      RETURNING id
    `,
    remove: 'DELETE FROM finding WHERE id = ?',
    windowOfOpening: `
      SELECT json_extract(detail, '$.in_window') AS window FROM audit INDEXED BY audit_target
      WHERE target = ? AND event = 'finding.opened' ORDER BY id DESC LIMIT 1
    `,
  });

  /** Inserts or replaces the row of its check and subject, and returns the row's id. */
  const put = ({ id: _, stops, fix, ...finding }: Finding): number => {
    const texts = { stops: JSON.stringify(stops), fix: fix && JSON.stringify(fix) };
    return (statements.put.get({ ...finding, ...texts }) as { id: number }).id;
  };

  return {
    all: (): Finding[] => (statements.all.all() as Row[]).map(parse),

    put,

    remove: (id: number) => void statements.remove.run(id),

    /** The maintenance window in which the target has opened last, as the audit log says; null for none. */
    windowOfOpening: (target: string): number | null =>
      (statements.windowOfOpening.get(target) as { window: number | null } | undefined)?.window ?? null,

    /** Runs `write` in the same transaction. */
    putWith(finding: Finding, write: () => void) {
      ops
        .transaction(() => {
          put(finding);
          write();
        })
        .immediate();
    },

    transaction: <T>(work: () => T): T => ops.transaction(work).immediate(),
  };
}

function parse({ stops, fix, ...row }: Row): Finding {
  return { ...row, stops: JSON.parse(stops), fix: fix === null ? null : JSON.parse(fix) };
}
