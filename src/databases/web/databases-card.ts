import { formatBytes, formatLimit, formatNumber, formatPercent, plural } from '../../core/format.ts';
import { url } from '../../core/url.ts';
import type { SharedCard } from '../../web/card.ts';
import { databaseActions } from '../database.ts';
import { dialogOf } from '../dialog-of.ts';
import type { DatabaseState } from '../database-list.ts';
import { databaseOperation } from '../database-operation.ts';
import type { DatabaseContext } from '../parts.ts';
import type { TableSize } from '../table-repository.ts';

type Context = Pick<DatabaseContext, 'catalogue' | 'databaseList' | 'past'>;

/** The databases, each with its buttons and its tables. */
export const databasesCard = (ctx: Context): SharedCard => ({
  name: 'databases',
  host: 'databases-card',
  path: '/ui/databases/card',
  dirtyOn: ['databases', 'jobs-removed', 'library', 'log-store'],
  load: () => ({
    databases: ctx.databaseList.all().map(viewDatabase),
    canRun: ctx.catalogue.find(databaseOperation.name) !== null,
  }),
});

const titles = { library: 'Library', ops: 'Dashboard', log: 'Log' };
const abouts = {
  library: 'Experiences, manuals, categories and their embeddings.',
  ops: 'Jobs, audit log, settings, findings and samples.',
  log: 'Lines of the log, counts of requests, traces. It is in no backup, and is made again when it is lost.',
};

function viewDatabase(state: DatabaseState) {
  const { name, file, bytes, free_bytes: free, wal_bytes: wal } = state;
  return {
    name,
    file,
    title: titles[name],
    about: abouts[name],
    size: formatBytes(bytes),
    freePages: free === 0 ? 'None' : `${formatBytes(free)}, ${formatShare(free, bytes)} of the file`,
    wal: formatBytes(wal),
    bar: viewBar(state),
    check: viewCheck(state),
    facts: state.log ? describeLog(state.log) : describeLasting(state),
    buttons: databaseActions.map((action) => viewButton(name, action)),
    tables: viewTables(state),
  };
}

const verbs = { check: 'Check…', analyze: 'Analyze…', reindex: 'Reindex…', vacuum: 'Vacuum…' };

function viewButton(database: DatabaseState['name'], action: (typeof databaseActions)[number]) {
  return { id: `${database}-${action}`, label: verbs[action], ...dialogOf(database, action) };
}

/** A small part of a file is no whole percent of it. */
function formatShare(part: number, whole: number): string {
  return part > 0 && part * 100 < whole ? 'under 1%' : formatPercent(part, whole);
}

/** The file and its write-ahead log, in the order of the legend. */
function viewBar({ bytes, free_bytes: free, wal_bytes: wal }: DatabaseState) {
  const total = Math.max(1, bytes + wal);
  let before = 0;
  const parts = [
    { tone: 'shade-0', label: 'In use', bytes: bytes - free },
    { tone: 'shade-1', label: 'Free pages', bytes: free },
    { tone: 'none', label: 'Write-ahead log', bytes: wal },
  ].map((part) => {
    const x = before;
    before += part.bytes;
    return {
      ...part,
      x: percent(x, total),
      width: percent(part.bytes, total),
      size: formatBytes(part.bytes),
    };
  });
  const label = parts.map((part) => `${part.label.toLowerCase()} ${part.size}`).join(', ');
  return { parts, label: `Its size: ${label}` };
}

function percent(part: number, total: number): string {
  return `${Math.round((part / total) * 10_000) / 100}%`;
}

const outcomes = {
  passed: { badge: { tone: 'ok', icon: 'check', word: 'Intact', isQuiet: true }, text: 'Nothing found.' },
  found: { badge: { tone: 'bad', icon: 'cross', word: 'Problem', isQuiet: false }, text: '' },
  unfinished: { badge: { tone: 'warn', icon: 'tri', word: 'Not checked', isQuiet: false }, text: '' },
  never: { badge: null, text: 'Never checked.' },
};

function viewCheck({ check: { outcome, job, at, text } }: DatabaseState) {
  const words = outcomes[outcome];
  return {
    badge: words.badge,
    text: text ?? words.text,
    at,
    job: job === null ? null : { number: job, href: url(`/jobs/${job}`) },
  };
}

type Fact = { name: string; text: string; at?: string };

function describeLog({ max_bytes, lines, oldest_at }: NonNullable<DatabaseState['log']>): Fact[] {
  return [
    { name: 'Limit', text: formatLimit(max_bytes) },
    { name: 'Lines', text: formatNumber(lines) },
    ...(oldest_at ? [{ name: 'Oldest line', text: '', at: oldest_at }] : []),
  ];
}

function describeLasting(state: DatabaseState): Fact[] {
  const { waits, retries } = state.busy;
  const counted = `${plural(waits, 'wait')} and ${plural(retries, 'retry', 'retries')}`;
  const busy = `${waits + retries === 0 ? 'None' : counted} by the server since its start; workers and jobs are not counted`;
  return [
    { name: 'Busy', text: busy },
    { name: 'Migrations', text: describeMigrations(state) },
  ];
}

function describeMigrations({ migrations }: DatabaseState): string {
  const pending = migrations.filter(({ is_applied }) => !is_applied).map(({ name }) => name);
  const applied = `${migrations.length - pending.length} applied`;
  const last = migrations.at(-1);
  if (pending.length > 0) return `${applied}, pending: ${pending.join(', ')}`;
  return `${applied}, none pending; the last is ${last?.name}`;
}

function viewTables({ tables, file }: DatabaseState) {
  if (tables === null) return null;
  const largest = Math.max(1, ...tables.items.map(({ bytes }) => bytes));
  return {
    file,
    at: tables.at,
    job: { number: tables.job, href: url(`/jobs/${tables.job}`) },
    rows: tables.items.map((table) => viewTable(table, largest)),
  };
}

function viewTable({ name, rows, bytes, unused_bytes: unfilled }: TableSize, largest: number) {
  return {
    name,
    rows: formatNumber(rows),
    size: formatBytes(bytes),
    unfilled: formatShare(unfilled, bytes),
    width: percent(bytes, largest),
  };
}
