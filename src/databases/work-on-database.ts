// The work of the operation `database`, in a process of its own: checks a database, or writes it anew, and measures its tables.
// A vacuum writes the whole file to its log and then empties the log, while the server goes on reading.
import fs from 'node:fs';
import { type Db, openDatabase, scriptBusyMs } from '../core/db/open.ts';
import { toFault } from '../core/faults.ts';
import type { ScriptContext } from '../jobs/script.ts';
import { checkIntegrity, findOrphans, findUnreadable, type Integrity } from './check-repository.ts';
import { type DatabaseArguments, fileNameOf, fileOf } from './database.ts';
import { damaged, orphaned, wrongIndexes, wrongValues } from './problem.ts';
import { assertExists, assertVacuumPossible } from './room.ts';
import { readBytes, readTables } from './table-repository.ts';
import { analyze, reindex, vacuum } from './work-repository.ts';

type Context = Pick<ScriptContext, 'config' | 'progress' | 'assertFence'>;
type Given = Context & { args: DatabaseArguments; db: Db; file: string };

/** Throws `disk_full` and `wrong_state` before a vacuum begins, and the problems that problem.ts words. */
export function workOnDatabase(args: DatabaseArguments, context: Context): Record<string, unknown> {
  const startedAt = performance.now();
  const file = fileOf(context.config, args.database);
  assertExists(context.config, args.database);
  if (args.do === 'vacuum') assertVacuumPossible(context.config, args.database);
  const db = openDatabase(file, { busyMs: scriptBusyMs, readonly: args.do === 'check' });
  const given = { ...context, args, db, file };
  try {
    const before = readSizes(given);
    change(given);
    check(given);
    const tables = readTables(db, (done, total) => context.progress(done, total, 'measure'));
    const after = readSizes(given);
    return {
      database: args.database,
      file: fileNameOf(context.config, args.database),
      do: args.do,
      quick: args.quick,
      bytes_before: before.bytes,
      bytes_after: after.bytes,
      free_bytes_before: before.free_bytes,
      free_bytes_after: after.free_bytes,
      wal_bytes_after: after.wal_bytes,
      table_count: tables.length,
      rows: tables.reduce((sum, { rows }) => sum + rows, 0),
      tables,
      ms: Math.round(performance.now() - startedAt),
    };
  } finally {
    db.close();
  }
}

function readSizes({ db, file }: Given) {
  const wal = fs.statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  return { ...readBytes(db), wal_bytes: wal };
}

function change({ args, db, progress, assertFence }: Given) {
  if (args.do === 'check') return;
  assertFence();
  progress(0, undefined, args.do);
  if (args.do === 'analyze') analyze(db);
  if (args.do === 'reindex') reindex(db, (done, total) => progress(done, total, 'reindex'));
  if (args.do === 'vacuum') vacuum(db);
}

/** Throws the first problem. After a reindex the whole file is checked, because one is run when a check has found a wrong index. */
function check(given: Given) {
  const { args, config, db, file, progress } = given;
  const isWhole = args.do === 'check' || args.do === 'reindex';
  const found = { name: args.database, file, base: fileNameOf(config, args.database) };
  progress(0, undefined, 'check');
  const integrity = readIntegrity(given, args.quick || !isWhole);
  if (integrity?.kind === 'damage') throw damaged(found, integrity.where);
  if (integrity?.kind === 'index') throw wrongIndexes(found, integrity.indexes);
  if (integrity?.kind === 'value') throw wrongValues(found, integrity.table, integrity.rows);
  if (!isWhole) return;
  progress(0, undefined, 'keys');
  const orphans = findOrphans(db);
  if (orphans.length > 0) throw orphaned(found, orphans);
}

/** The lines of SQLite go to the log of the job. Damage may keep one check from looking, and not the quicker one. */
function readIntegrity({ db, file }: Given, quick: boolean): Integrity {
  for (const isQuick of quick ? [true] : [false, true]) {
    try {
      const found = checkIntegrity(db, isQuick, (line) => console.log(line));
      if (found !== null || isQuick === quick) return found;
    } catch (error) {
      if (toFault({ file, ...(error as object) })?.code !== 'database_damaged') throw error;
      console.log((error as Error).message);
    }
  }
  return { kind: 'damage', where: findUnreadable(db) };
}
