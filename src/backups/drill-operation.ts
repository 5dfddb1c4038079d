import { backupArgument } from '../backup-store/backup-argument.ts';
import { AppError } from '../core/errors.ts';
import { formatDuration, lowerFirst, plural, upperFirst } from '../core/format.ts';
import { noRetries, type Operation } from '../core/operation.ts';
import { describeBackup } from '../backup-store/describe-backup.ts';
import { hasSets } from './has-sets.ts';

/** Without `backup`, the newest full one that no test has proven. */
export type DrillArguments = { backup?: string };

export const drillOperation: Operation = {
  name: 'drill',
  title: 'Test backup',
  verb: 'Test',
  summary: 'Proves a backup by restoring it beside the library.',
  description:
    'Compares each file of a backup with its manifest, restores it into a temporary folder, checks both databases, counts their rows, opens them, and finds entries by their stored embeddings. Changes nothing but the proof of the backup.',
  icon: 'check',
  isUpkeep: true,
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      backup: backupArgument({ options: 'testable', unset: 'The newest one that is not proven' }),
    },
  },
  locks: () => [{ name: 'drill', mode: 'exclusive' }],
  danger: () => 'safe',
  confirmWord: null,
  hardLimitMs: null,
  retries: noRetries,
  onRestart: 'requeue',
  script: 'drill',
  assertPossible({ backup }, config) {
    if (backup !== undefined || config.mode === 'noop' || hasSets(config)) return;
    throw new AppError('wrong_state', 'There is no backup to test. Make one first.');
  },
  subject: ({ backup }) =>
    backup === undefined ? 'the newest backup that is not proven' : describeBackup(String(backup)),
  phases: {
    files: 'Comparing files with the manifest',
    copy: 'Restoring beside the library',
    integrity: 'Checking the databases',
    counts: 'Counting rows',
    open: 'Opening the databases',
    search: 'Searching',
    remove: 'Removing the copy',
  },
  sizes: ['bytes'],
  counts: [],
  outcome({ backup, proof, text, files, ms }) {
    const subject = describeBackup(String(backup));
    const reason = String(text).replace(/\.$/, '');
    return proof === 'proven'
      ? `${upperFirst(subject)} is proven in ${formatDuration(Number(ms) / 1000)}: ${reason}.`
      : `Nothing wrong was found in ${plural(Number(files), 'file')} of the ${subject}, but it is not proven: ${lowerFirst(reason)}.`;
  },
  dialog: ({ backup }) => ({
    question:
      backup === undefined ? 'Test the newest backup?' : `Test the ${describeBackup(String(backup))}?`,
    consequences: [
      'It is restored into a temporary folder, which is removed again.',
      'The library stays as it is.',
    ],
    confirm: 'Test backup',
    keep: 'Go back',
  }),
  cancelNote: 'The temporary folder is removed; the proof of the backup stays as it was.',
  schedulingProblems({ backup }) {
    if (backup === undefined) return [];
    return [
      { field: 'backup', message: 'A schedule tests the newest backup that is not proven. Leave it empty.' },
    ];
  },
  suggestedSchedules: [{ name: 'drill', cron: '30 3 * * 0' }],
};
