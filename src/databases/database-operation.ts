// The operation database: its arguments, locks and texts. work-on-database.ts does the work.
import { formatBytes, plural } from '../core/format.ts';
import { noRetries, type Operation } from '../core/operation.ts';
import { claimsOfLevel } from '../window-store/window.ts';
import {
  type DatabaseAction,
  type DatabaseArguments,
  type DatabaseName,
  databaseActions,
  databaseNames,
} from './database.ts';
import { assertVacuumPossible, opsMaxBytes } from './room.ts';

const read = (args: object) => args as DatabaseArguments;

export const databaseOperation: Operation = {
  name: 'database',
  title: 'Check or compact a database',
  verb: 'Check database',
  summary: 'Checks a database, refreshes its statistics, rebuilds its indexes or gives free pages back.',
  description:
    'Reads one of the databases, chl.db, ops.db or log.db, as a whole and reports the size of each table. A check changes nothing; the others write the file, or a part of it, anew.',
  icon: 'db',
  isUpkeep: true,
  args: {
    type: 'object',
    additionalProperties: false,
    properties: {
      database: {
        type: 'string',
        title: 'Database',
        enum: [...databaseNames],
        labels: ['Library (chl.db)', 'Dashboard (ops.db)', 'Log (log.db)'],
        default: 'library',
      },
      do: {
        type: 'string',
        title: 'Work',
        description: 'Vacuum of the library or the dashboard stops all jobs and workers while it runs.',
        enum: [...databaseActions],
        labels: ['Check', 'Analyze: refresh statistics', 'Reindex', 'Vacuum: give free pages back'],
        default: 'check',
      },
      quick: {
        type: 'boolean',
        title: 'Quick check',
        description: 'Does not look for each row in the indexes.',
        default: false,
        advanced: true,
      },
    },
  },
  locks(args) {
    const { database, do: action } = read(args);
    if (needsWindow(args)) return claimsOfLevel.drained;
    const own = { name: `database:${database}`, mode: action === 'check' ? 'shared' : 'exclusive' } as const;
    if (database !== 'library' || action === 'check') return [own];
    return [own, { name: 'library', mode: action === 'reindex' ? 'exclusive' : 'shared' }];
  },
  danger: (args) => (read(args).do === 'vacuum' ? 'costly' : 'safe'),
  role: (args) => (read(args).do === 'vacuum' ? 'admin' : 'operator'),
  window: (args) => (needsWindow(args) ? 'drained' : null),
  confirmWord: null,
  hardLimitMs: null,
  retries: noRetries,
  onRestart: 'fail',
  script: 'database',
  check: (args) => ({ ...args, quick: read(args).quick && read(args).do === 'check' }),
  assertPossible(args, config) {
    const { database, do: action } = read(args);
    if (action === 'vacuum') assertVacuumPossible(config, database);
  },
  subject(args) {
    const { database, do: action, quick } = read(args);
    return `${database}, ${quick ? 'quick check' : subjects[action]}`;
  },
  phases: {
    analyze: 'Refreshing statistics',
    reindex: 'Rebuilding indexes',
    vacuum: 'Writing the file anew',
    check: 'Checking pages',
    keys: 'Checking foreign keys',
    measure: 'Measuring tables',
  },
  sizes: ['bytes_before'],
  counts: ['rows', 'table_count'],
  outcome: (result) =>
    `${describeChange(result)} ${plural(Number(result.rows), 'row')} in ${plural(Number(result.table_count), 'table')}: no problem found.${isWhole(result) ? '' : ' The file was not checked as a whole.'}`,
  dialog(args) {
    const { database, do: action } = read(args);
    return { ...dialogs[action](names[database], database), keep: 'Go back' };
  },
  cancelNote: 'Nothing is changed until the work is done; a database is never half written.',
  isEvidence: true,
  suggestedSchedules: [
    { name: 'database', cron: '0 4 * * 6' },
    { name: 'database-ops', cron: '15 4 * * 6', args: { database: 'ops' } },
  ],
};

const names: Record<DatabaseName, string> = { library: 'chl.db', ops: 'ops.db', log: 'log.db' };

/** The server writes the log from a thread, which waits or drops lines meanwhile. */
function needsWindow(args: object): boolean {
  return read(args).do === 'vacuum' && read(args).database !== 'log';
}

const subjects: Record<DatabaseAction, string> = {
  check: 'check',
  analyze: 'analyze',
  reindex: 'reindex',
  vacuum: 'vacuum',
};

function describeChange(result: Record<string, unknown>): string {
  const { do: action, bytes_before: before, bytes_after: after } = result;
  const sizes = `${formatBytes(Number(before))} before, ${formatBytes(Number(after))} after.`;
  if (action === 'analyze') return 'Statistics refreshed.';
  if (action === 'reindex') return `Indexes rebuilt: ${sizes}`;
  if (action !== 'vacuum') return 'Checked.';
  const freed = Number(before) - Number(after);
  return `${freed > 0 ? `Freed ${formatBytes(freed)}` : 'Freed nothing'}: ${sizes}`;
}

/** A vacuum and a refresh of statistics end with a quick check, which does not look for each row in the indexes. */
function isWhole({ do: action, quick }: Record<string, unknown>): boolean {
  return (action === 'check' && quick !== true) || action === 'reindex';
}

const opensWindow =
  'A maintenance window opens: running jobs end first, no job starts before it ends, and the workers are paused. Searches and pages go on.';

type Words = { question: string; consequences: string[]; confirm: string };

/** The effect on everything else meanwhile. */
const meanwhile: Record<DatabaseName, { reindex: string; vacuum: string[] }> = {
  library: {
    reindex: 'No import starts meanwhile, and the workers are paused. Searches and pages go on.',
    vacuum: [opensWindow, 'About 100 MiB are written in 1.4 s. No row is changed.'],
  },
  ops: {
    reindex: 'The server cannot write while an index is rebuilt, which takes less than a second each.',
    vacuum: [
      opensWindow,
      `The server cannot write while it runs, so changes are refused for some seconds. Only below ${formatBytes(opsMaxBytes)}.`,
    ],
  },
  log: {
    reindex: 'Lines of the log wait meanwhile; those of a flood may be dropped. Everything else goes on.',
    vacuum: ['Lines of the log wait meanwhile; those of a flood may be dropped. Everything else goes on.'],
  },
};

const dialogs: Record<DatabaseAction, (name: string, database: DatabaseName) => Words> = {
  check: (name) => ({
    question: `Check ${name}?`,
    consequences: ['The whole file is read, about 400 MiB a second.', 'Nothing is changed.'],
    confirm: 'Check database',
  }),
  analyze: (name) => ({
    question: `Refresh the statistics of ${name}?`,
    consequences: ['SQLite chooses indexes by them. No row is changed.'],
    confirm: 'Refresh statistics',
  }),
  reindex: (name, database) => ({
    question: `Rebuild the indexes of ${name}?`,
    consequences: [meanwhile[database].reindex, 'No row is changed.'],
    confirm: 'Rebuild indexes',
  }),
  vacuum: (name, database) => ({
    question: `Vacuum ${name}?`,
    consequences: [
      ...meanwhile[database].vacuum,
      'It needs twice the size of the file in free disk.',
      'It does not count as a check: indexes are not compared with the rows.',
    ],
    confirm: 'Vacuum database',
  }),
};
