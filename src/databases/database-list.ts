// The databases as the page, the API and the hub show them: their sizes now, and what the last jobs have found.
import fs from 'node:fs';
import type { Kernel } from '../core/kernel.ts';
import { listMigrations } from '../core/db/migrations.ts';
import type { BusyCount, BusyCounter } from './busy-counter.ts';
import type { LogStore } from '../log-store/log-store.ts';
import { type DatabaseName, fileNameOf, fileOf, lastingNames } from './database.ts';
import type { BrokenCheck, PastWork, UnfinishedCheck } from './past-work-repository.ts';
import { readBytes, type TableSize } from './table-repository.ts';

/** `found`: a problem that no later check has cleared. */
type CheckState = {
  outcome: 'passed' | 'found' | 'unfinished' | 'never';
  job: number | null;
  at: string | null;
  text: string | null;
};

export type DatabaseState = {
  name: DatabaseName;
  file: string;
  bytes: number;
  free_bytes: number;
  wal_bytes: number;
  check: CheckState;
  /** Null before the first job that has measured the tables. */
  tables: { job: number; at: string; items: TableSize[] } | null;
  busy: BusyCount;
  migrations: { name: string; is_applied: boolean }[];
  /** The log alone has these: its limit, and how many lines it has since when. */
  log: { max_bytes: number; lines: number; oldest_at: string | null } | null;
};

type Given = Pick<Kernel, 'config' | 'library' | 'ops'> & {
  past: PastWork;
  busyCounter: BusyCounter;
  logState: LogStore['state'];
};

export function createDatabaseList(given: Given) {
  // All are applied before the server answers.
  const migrations = {
    library: listMigrations(given.library, 'library'),
    ops: listMigrations(given.ops, 'ops'),
  };
  return {
    all: (): DatabaseState[] => [
      ...lastingNames.map((name) => ({ ...read(given, name), migrations: migrations[name], log: null })),
      readLog(given),
    ],
    /** The state of the last check alone. */
    checkOf: (name: DatabaseName) => readCheck(given.past, name),
  };
}

/** The sizes are in the header of the file, and are read through the open connection. */
function read(given: Given, name: (typeof lastingNames)[number]) {
  const { config, library, ops, busyCounter } = given;
  const file = fileOf(config, name);
  return {
    ...readPast(given, name),
    ...readBytes(name === 'library' ? library : ops),
    wal_bytes: fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    busy: busyCounter.of(file),
  };
}

/** The figures that its thread has seen last: nobody else in this process opens the file. */
function readLog(given: Given): DatabaseState {
  const { file } = given.logState();
  const { bytes = 0, free_bytes = 0, wal_bytes = 0, lines = 0, oldest_at, made_at } = file ?? {};
  const past = readPast(given, 'log');
  const isOfEarlier = made_at !== undefined && past.check.at !== null && Date.parse(past.check.at) < made_at;
  return {
    ...past,
    ...(isOfEarlier ? { check: neverChecked, tables: null } : {}),
    bytes,
    free_bytes,
    wal_bytes,
    busy: { waits: 0, retries: 0 },
    migrations: [],
    log: {
      max_bytes: given.config.keptLogBytes,
      lines,
      oldest_at: oldest_at ? new Date(oldest_at).toISOString() : null,
    },
  };
}

function readPast({ config, past }: Given, name: DatabaseName) {
  const measured = past.lastMeasured(name);
  return {
    name,
    file: fileNameOf(config, name),
    check: readCheck(past, name),
    tables: measured && { job: measured.number, at: measured.at, items: measured.tables },
  };
}

const neverChecked: CheckState = { outcome: 'never', job: null, at: null, text: null };

function readCheck(past: PastWork, name: DatabaseName): CheckState {
  const found = past.lastBroken(name);
  if (found) return describe('found', found);
  const unfinished = past.lastUnfinished(name);
  if (unfinished) return describe('unfinished', unfinished);
  const passed = past.lastPassed(name);
  if (passed) return describe('passed', { ...passed, message: null });
  return neverChecked;
}

function describe(outcome: CheckState['outcome'], job: BrokenCheck | UnfinishedCheck): CheckState {
  return { outcome, job: job.number, at: job.at, text: job.message };
}
