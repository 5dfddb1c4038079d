import { formatNumber, plural } from '../core/format.ts';
import { noRetries, type Operation } from '../core/operation.ts';

export const auditCheckOperation: Operation = {
  name: 'audit-check',
  title: 'Check audit log',
  verb: 'Check audit log',
  summary: 'Verifies that no row of the audit log was changed or removed.',
  description:
    'Recomputes the hash of each row of the audit log, and compares the last one with audit.head. Names the first row that is changed, missing or cut off. Changes nothing.',
  icon: 'check',
  isUpkeep: true,
  args: { type: 'object', additionalProperties: false, properties: {} },
  // Nothing claims it exclusively, so a check never waits.
  locks: () => [{ name: 'audit', mode: 'shared' }],
  danger: () => 'safe',
  confirmWord: null,
  hardLimitMs: null,
  retries: noRetries,
  onRestart: 'requeue',
  script: 'audit-check',
  subject: () => 'all rows of the audit log',
  phases: { verify: 'Verifying rows' },
  sizes: ['rows'],
  counts: ['rows'],
  outcome: ({ rows, sealed, head_id: id }) =>
    [
      `${plural(Number(rows), 'row')} verified`,
      sealed === 0 ? '' : `, ${formatNumber(Number(sealed))} of them sealed`,
      `; the last is row ${formatNumber(Number(id))}.`,
    ].join(''),
  dialog: () => ({
    question: 'Check the audit log?',
    consequences: ['Reads the whole log, about half a million rows a second.', 'Nothing is changed.'],
    confirm: 'Check audit log',
    keep: 'Go back',
  }),
  cancelNote: 'Nothing is changed.',
  isEvidence: true,
  suggestedSchedules: [{ name: 'audit-check', cron: '30 4 * * 0' }],
};
