// The settings of the data folder, of history and of sheets.
import path from 'node:path';
import { choice, integer, mebibyte } from './kinds.ts';
import { folders, pathInRoot, pathSetting } from './paths.ts';

const beforeSaved = 'The server reads it before it opens the database of saved settings.';
const runsPrograms = 'The file names programs that the server runs.';

export const dataSettings = {
  root: pathSetting<string>({
    key: 'data.root',
    variable: 'CHL_EXPERIENCE_ROOT',
    group: 'data',
    title: 'Data folder',
    text: 'The folder of all data, created at the first start.',
    defaultText: './data',
    onlyEnvironment: beforeSaved,
    toChildren: true,
    byDefault: ({ folder }) => path.resolve(folder, './data'),
  }),
  databasePath: pathInRoot(
    {
      key: 'data.database',
      variable: 'CHL_DATABASE_PATH',
      group: 'data',
      title: 'Database of the library',
      text: 'The file with all entries.',
      onlyEnvironment: beforeSaved,
      toChildren: true,
    },
    'chl.db',
  ),
  opsDatabasePath: pathInRoot(
    {
      key: 'data.ops_database',
      variable: 'CHL_OPS_DATABASE_PATH',
      group: 'data',
      title: 'Database of the dashboard',
      text: 'Jobs, audit log and saved settings; must be another file.',
      onlyEnvironment: beforeSaved,
      toChildren: true,
    },
    'ops.db',
  ),
  indexFolder: pathInRoot(
    {
      key: 'data.index',
      variable: 'CHL_FAISS_INDEX_PATH',
      group: 'data',
      title: 'Folder of the search index',
      text: 'All generations of the index.',
      onlyEnvironment: 'The search and the scripts must use the same folder from the start.',
      toChildren: true,
    },
    'faiss_index',
  ),
  mode: choice({
    key: 'operations.mode',
    variable: 'CHL_OPERATIONS_MODE',
    group: 'data',
    title: 'Mode',
    text: 'scripts runs operations; noop only records them.',
    choices: ['scripts', 'noop'],
    onlyEnvironment: 'A server in noop mode starts no workers.',
    toChildren: true,
  }),
  operationsFile: pathInRoot(
    {
      key: 'operations.file',
      variable: 'CHL_OPERATIONS_FILE',
      group: 'data',
      title: 'File of custom operations',
      text: 'See docs/custom-operations.md.',
      onlyEnvironment: runsPrograms,
    },
    'operations.yaml',
  ),
};

export const sheetSettings = {
  importRoots: folders({
    key: 'sheets.import_roots',
    variable: 'CHL_IMPORT_ROOTS',
    group: 'sheets',
    title: 'Further folders of sheets',
    text: 'Sheets may be in them too, besides sheets and uploads.',
    toChildren: true,
  }),
  snapshotMaxBytes: integer({
    key: 'sheets.snapshot_max_mb',
    variable: 'CHL_SNAPSHOT_MAX_MB',
    group: 'sheets',
    title: 'Size of an uploaded snapshot',
    text: 'A larger one is refused.',
    min: 1,
    max: 1_048_576,
    default: 512,
    unit: 'MiB',
    times: mebibyte,
    toChildren: true,
  }),
  sheetMaxBytes: integer({
    key: 'sheets.sheet_max_mb',
    variable: 'CHL_SHEET_MAX_MB',
    group: 'sheets',
    title: 'Size of an uploaded sheet',
    text: 'All its files together; a larger one is refused.',
    min: 1,
    max: 1_048_576,
    default: 256,
    unit: 'MiB',
    times: mebibyte,
    toChildren: true,
  }),
};

export const retentionSettings = {
  retentionDays: integer({
    key: 'retention.days',
    variable: 'CHL_RETENTION_DAYS',
    group: 'retention',
    title: 'Time that ended jobs are kept',
    text: 'With their logs; failed jobs four times as long.',
    min: 1,
    max: 36_500,
    default: 90,
    unit: 'days',
  }),
  retentionJobs: integer({
    key: 'retention.jobs',
    variable: 'CHL_RETENTION_JOBS',
    group: 'retention',
    title: 'Ended jobs kept',
    text: 'Failed ones four times as many.',
    min: 100,
    max: 100_000_000,
    default: 1_000_000,
    unit: 'jobs',
  }),
  importBackups: integer({
    key: 'retention.import_backups',
    variable: 'CHL_IMPORT_BACKUPS',
    group: 'retention',
    title: 'Backups before changes',
    text: 'Imports, removals and undos copy the library before they change it.',
    min: 1,
    max: 100_000,
    default: 20,
    unit: 'backups',
    toChildren: true,
  }),
  importBackupsMaxBytes: integer({
    key: 'retention.import_backups_mb',
    variable: 'CHL_IMPORT_BACKUPS_MB',
    group: 'retention',
    title: 'Size of all these backups',
    text: 'The newest is always kept.',
    min: 1,
    max: 100_000_000,
    default: 5120,
    unit: 'MiB',
    times: mebibyte,
    toChildren: true,
  }),
};
