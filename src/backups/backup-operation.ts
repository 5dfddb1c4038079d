import { formatBytes, plural } from '../core/format.ts';
import { noRetries, type Operation } from '../core/operation.ts';
import { assertRoom } from './room.ts';

export type BackupArguments = { include_index: boolean; note?: string };

export const backupOperation: Operation = {
  name: 'backup',
  title: 'Back up',
  verb: 'Back up',
  summary: 'Copies both databases, the index and the settings.',
  description:
    'Copies the library and the database of the dashboard while they are in use, with the search index and the saved settings. Each file gets a hash, which a restore test compares. Then removes the backups that the limits no longer keep.',
  icon: 'file',
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      include_index: {
        type: 'boolean',
        title: 'With the search index',
        description: 'Without it, a backup is smaller; after a restore the index is rebuilt.',
        default: true,
      },
      note: {
        type: 'string',
        title: 'Note',
        description: 'Shown beside the backup.',
        minLength: 1,
        maxLength: 200,
        perRun: true,
      },
    },
  },
  // One backup at a time, because each removes old ones.
  locks: () => [
    { name: 'backup', mode: 'exclusive' },
    { name: 'index', mode: 'shared' },
    { name: 'library', mode: 'shared' },
  ],
  danger: () => 'safe',
  confirmWord: null,
  hardLimitMs: null,
  retries: noRetries,
  onRestart: 'requeue',
  assertPossible: (_args, config) => assertRoom(config),
  script: 'backup',
  subject: ({ include_index: withIndex }) =>
    withIndex === false ? 'both databases and the settings' : 'both databases, index and settings',
  phases: {
    library: 'Copying the library',
    ops: 'Copying the database of the dashboard',
    index: 'Copying the search index',
    verify: 'Counting rows and hashing files',
    tidy: 'Removing old backups',
  },
  sizes: ['bytes'],
  counts: ['files'],
  outcome({ files, bytes, removed }) {
    const made = `${plural(Number(files), 'file')}, ${formatBytes(Number(bytes))}.`;
    const old = Array.isArray(removed) ? removed.length : 0;
    return old === 0 ? made : `${made} Removed ${plural(old, 'old backup')}.`;
  },
  dialog: () => ({
    question: 'Back up now?',
    consequences: [
      'Copies both databases, the index and the settings to the folder of backups.',
      'Everything stays in use meanwhile. Imports wait until the copies are made.',
    ],
    confirm: 'Back up',
    keep: 'Go back',
  }),
  cancelNote: 'No backup was made. Earlier ones are as they were.',
  suggestedSchedules: [{ name: 'backup', cron: '0 2 * * *' }],
};
