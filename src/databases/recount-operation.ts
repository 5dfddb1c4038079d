import { formatNumber, plural } from '../core/format.ts';
import { noRetries, type Operation } from '../core/operation.ts';

export const recountOperation: Operation = {
  name: 'recount',
  title: 'Recount',
  verb: 'Recount',
  summary: 'Compares the counters of entries and jobs with their rows and corrects them.',
  description:
    'Pages read counters that the databases keep, such as waiting entries or jobs by state. This counts the rows, reports each counter that differs, and corrects it.',
  icon: 'db',
  isUpkeep: true,
  args: { type: 'object', additionalProperties: false, properties: {} },
  locks: () => [{ name: 'library', mode: 'shared' }],
  danger: () => 'safe',
  confirmWord: null,
  hardLimitMs: null,
  retries: noRetries,
  onRestart: 'requeue',
  script: 'recount',
  subject: () => 'the counters of entries and jobs',
  phases: { compare: 'Counting rows' },
  sizes: ['counters'],
  outcome: ({ counters, corrected, drift }) =>
    Number(corrected) === 0
      ? `All ${plural(Number(counters), 'counter')} agree with their rows.`
      : `${formatNumber(Number(corrected))} of ${plural(Number(counters), 'counter')} were wrong, by ${formatNumber(Number(drift))} in all, and are corrected.`,
  dialog: () => ({
    question: 'Recount?',
    consequences: ['All rows of entries and jobs are counted.', 'Counters that differ are corrected.'],
    confirm: 'Recount',
    keep: 'Go back',
  }),
  cancelNote: 'The counters of a database are corrected in one step, or not at all.',
};
