// The stored plan of a dry run: one SQLite file per job, `<root>/plans/<job id>.db`, with every row of the plan. The script of
// the dry run writes it once; the server reads it page by page. It is removed with its job.
import fs from 'node:fs';
import { connect } from '../core/db/driver.ts';
import { openDatabase, serverBusyMs } from '../core/db/open.ts';
import { nameFile } from '../core/faults.ts';
import { planFile, plansFolder } from './plan-file.ts';
import { syncToDisk } from '../core/sync-to-disk.ts';
import type { Counts } from '../library/repository.ts';
import { cut } from '../library/rules.ts';
import { cutTexts } from './cut-texts.ts';

export const planOutcomes = ['wrong', 'removed', 'changed', 'added', 'warning', 'left_alone'] as const;
/** `wrong`: a row that cannot be applied. `left_alone`: a row that the plan does not touch; its message says why. */
export type PlanOutcome = (typeof planOutcomes)[number];

/** `difference`: `only line endings` or the like, when a person sees the same in both texts. */
export type FieldChange = { field: string; from: string | null; to: string | null; difference?: string };

/** `row`: the spreadsheet's number. `change`: of a changed row, `text` or what alone differs (`only line endings`). `column`,
 *  `value`, `message`: of a row that is wrong, left alone or has a warning. */
export type PlanRow = {
  outcome: PlanOutcome;
  tab: string;
  row: number | null;
  key: string;
  title: string;
  category: string | null;
  change: string | null;
  column: string | null;
  value: string | null;
  message: string | null;
  fields: FieldChange[];
};

/** `seq` counts the rows of an outcome from 1. */
export type StoredRow = PlanRow & { seq: number };

/** `revision`, `before`, `categories` (entries per category): the library's, when it was compared. */
export type PlanSummary = { revision: number; before: Counts; categories: Record<string, number> };

/** How many rows of an outcome have this tab, change and category. */
export type Tally = Pick<PlanRow, 'outcome' | 'tab' | 'change' | 'category'> & { rows: number };

type PlanFilter = { outcome: PlanOutcome; tab?: string | undefined; change?: string | undefined };

/** Longer texts of fields are cut, in code points; a title or message is cut earlier. */
const maxText = 50_000;
const maxLine = 2000;
/** Once a plan holds so many characters of fields, the fields of its further rows are cut to `maxLine`. */
const maxTotal = 256 * 1024 * 1024;

const schema = `
  CREATE TABLE planned (
    outcome TEXT NOT NULL, seq INTEGER NOT NULL, tab TEXT NOT NULL, row INTEGER, key TEXT NOT NULL, title TEXT NOT NULL,
    category TEXT, change TEXT, column_name TEXT, value TEXT, message TEXT, fields TEXT NOT NULL,
    PRIMARY KEY (outcome, seq)
  ) WITHOUT ROWID;
  CREATE TABLE summary (data TEXT NOT NULL);
`;

const finishing = `
  CREATE INDEX planned_by_tab ON planned (outcome, tab, seq);
  CREATE INDEX planned_by_change ON planned (outcome, change, seq) WHERE change IS NOT NULL;
  CREATE TABLE tally AS
    SELECT outcome, tab, change, category, count(*) AS rows FROM planned GROUP BY outcome, tab, change, category;
`;

export type PlanWriter = ReturnType<typeof createPlanWriter>;

/** Runs `work` with a writer, which it must finish; an error leaves no plan. The writer is null for a script started by hand,
 *  which has no job. */
export function storePlan<T>(root: string, jobId: string, work: (store: PlanWriter | null) => T): T {
  if (jobId === '') return work(null);
  const store = createPlanWriter(root, jobId);
  try {
    return work(store);
  } catch (error) {
    throw nameFile(error, planFile(root, jobId));
  } finally {
    store.close();
  }
}

/** Writes beside; the plan exists from `finish` on. */
function createPlanWriter(root: string, jobId: string) {
  const file = planFile(root, jobId);
  const beside = `${file}.partial`;
  fs.mkdirSync(plansFolder(root), { recursive: true, mode: 0o700 });
  fs.rmSync(beside, { force: true });
  fs.closeSync(fs.openSync(beside, 'wx', 0o600));
  const db = connect(beside);
  // Nobody reads the file before it is complete and synced.
  db.pragma('journal_mode = MEMORY');
  db.pragma('synchronous = OFF');
  db.exec('BEGIN');
  db.exec(schema);
  const insert = db.prepare(`INSERT INTO planned VALUES (${'?, '.repeat(11)}?)`);
  const counts = new Map<PlanOutcome, number>();
  let total = 0;

  return {
    add(row: PlanRow) {
      const seq = (counts.get(row.outcome) ?? 0) + 1;
      counts.set(row.outcome, seq);
      const fields = row.fields.length === 0 ? '[]' : JSON.stringify(row.fields.map(cutField));
      total += fields.length;
      const { outcome, tab, category, change, column } = row;
      const [key, title, value, message] = [row.key, row.title, row.value, row.message].map(cutLine);
      insert.run(outcome, seq, tab, row.row, key, title, category, change, column, value, message, fields);
    },

    finish(summary: PlanSummary) {
      db.exec(finishing);
      db.prepare('INSERT INTO summary VALUES (?)').run(JSON.stringify(summary));
      db.exec('COMMIT');
      db.close();
      syncToDisk(beside);
      fs.renameSync(beside, file);
      syncToDisk(plansFolder(root));
    },

    /** Removes what is not finished. */
    close() {
      db.close();
      fs.rmSync(beside, { force: true });
    },
  };

  function cutField({ from, to, ...field }: FieldChange): FieldChange {
    return { ...field, ...cutTexts({ from, to }, total > maxTotal ? maxLine : maxText) };
  }
}

function cutLine(text: string | null): string | null {
  return text === null ? null : cut(text, maxLine);
}

export type StoredPlan = ReturnType<typeof readersOf>;

/** Null when there is no stored plan of this job. */
export function withPlan<T>(root: string, jobId: string, read: (plan: StoredPlan) => T): T | null {
  const file = planFile(root, jobId);
  if (!fs.existsSync(file)) return null;
  const db = openDatabase(file, { busyMs: serverBusyMs, readonly: true });
  try {
    return read(readersOf(db));
  } finally {
    db.close();
  }
}

type Stored = Omit<StoredRow, 'fields' | 'column'> & { fields: string; column_name: string | null };

function readersOf(db: ReturnType<typeof openDatabase>) {
  return {
    summary: () => JSON.parse(db.prepare('SELECT data FROM summary').pluck().get() as string) as PlanSummary,

    tallies: () => db.prepare('SELECT * FROM tally').all() as Tally[],

    /** The rows after the one with that `seq`, in the order of the plan. */
    rows(filter: PlanFilter, after: number, limit: number): StoredRow[] {
      const rows = db
        .prepare(
          `SELECT * FROM planned WHERE ${conditions(filter)} AND seq > @after ORDER BY seq LIMIT @limit`,
        )
        .all({ ...filter, after, limit }) as Stored[];
      return rows.map(({ column_name, fields, ...row }) => ({
        ...row,
        column: column_name,
        fields: JSON.parse(fields) as FieldChange[],
      }));
    },

    /** How many rows of the filter come up to that `seq`. */
    position: (filter: PlanFilter, seq: number) =>
      db
        .prepare(`SELECT count(*) FROM planned WHERE ${conditions(filter)} AND seq <= @seq`)
        .pluck()
        .get({ ...filter, seq }) as number,

    /** The `seq` after which the page begins that ends before the row after `seq`; 0 for the first page. */
    previous: (filter: PlanFilter, seq: number, limit: number) =>
      (db
        .prepare(
          `SELECT seq FROM planned WHERE ${conditions(filter)} AND seq <= @seq ORDER BY seq DESC LIMIT 1 OFFSET @limit`,
        )
        .pluck()
        .get({ ...filter, seq, limit }) as number | undefined) ?? 0,
  };
}

function conditions({ tab, change }: PlanFilter): string {
  return `outcome = @outcome${tab === undefined ? '' : ' AND tab = @tab'}${change === undefined ? '' : ' AND change = @change'}`;
}
