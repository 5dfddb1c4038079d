// The two databases as the page, the API and the hub show them: their sizes now, and what the last jobs have found.
import fs from 'node:fs';
import type { Kernel } from '../core/kernel.ts';
import { listMigrations } from '../core/db/migrations.ts';
import type { BusyCount, BusyCounter } from './busy-counter.ts';
import { type DatabaseName, databaseNames, fileNameOf, fileOf } from './database.ts';
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
};

type Given = Pick<Kernel, 'config' | 'library' | 'ops'> & { past: PastWork; busyCounter: BusyCounter };

export function createDatabaseList(given: Given) {
  // All are applied before the server answers.
  const migrations = {
    library: listMigrations(given.library, 'library'),
    ops: listMigrations(given.ops, 'ops'),
  };
  return {
    all: () =>
      databaseNames.map((name): DatabaseState => ({ ...read(given, name), migrations: migrations[name] })),
    /** The state of the last check alone. */
    checkOf: (name: DatabaseName) => readCheck(given.past, name),
  };
}

/** The sizes are in the header of the file, and are read through the open connection. */
function read({ config, library, ops, past, busyCounter }: Given, name: DatabaseName) {
  const db = name === 'library' ? library : ops;
  const file = fileOf(config, name);
  const measured = past.lastMeasured(name);
  return {
    name,
    file: fileNameOf(config, name),
    ...readBytes(db),
    wal_bytes: fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0,
    check: readCheck(past, name),
    tables: measured && { job: measured.number, at: measured.at, items: measured.tables },
    busy: busyCounter.of(file),
  };
}

function readCheck(past: PastWork, name: DatabaseName): CheckState {
  const found = past.lastBroken(name);
  if (found) return describe('found', found);
  const unfinished = past.lastUnfinished(name);
  if (unfinished) return describe('unfinished', unfinished);
  const passed = past.lastPassed(name);
  if (passed) return describe('passed', { ...passed, message: null });
  return { outcome: 'never', job: null, at: null, text: null };
}

function describe(outcome: CheckState['outcome'], job: BrokenCheck | UnfinishedCheck): CheckState {
  return { outcome, job: job.number, at: job.at, text: job.message };
}
