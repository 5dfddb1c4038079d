// The named sheets: what is known of each without reading it, from its files' times and its last jobs.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../core/config.ts';
import type { SheetSource } from '../core/sheet-source.ts';
import { tabFiles } from '../sheets/tabs.ts';
import type { createSheetRuns, SheetRun } from './repository.ts';

export type NamedSheet = {
  name: string;
  /** Relative to the data root. */
  place: string;
  lastImport: SheetRun | null;
  lastExport: SheetRun | null;
  /** `unknown`: neither imported nor exported. `changed`: a file was saved after the last of both. */
  state: 'absent' | 'unknown' | 'unchanged' | 'changed';
  /** The last of both. */
  last: 'import' | 'export' | null;
  /** Rows of all tabs at that time. */
  rows: number | null;
};

export function describeSheet(
  config: Config,
  runs: ReturnType<typeof createSheetRuns>,
  { name, place }: SheetSource,
): NamedSheet {
  const folder = path.resolve(config.root, place);
  const [lastImport, lastExport] = [runs.lastImport(name), runs.lastExport(name)];
  const isImport = (lastImport?.number ?? 0) > (lastExport?.number ?? 0);
  const [last, run] = isImport ? (['import', lastImport] as const) : (['export', lastExport] as const);
  const savedAt = newestSave(folder);
  const sheet = { name, place, lastImport, lastExport };
  if (savedAt === null) return { ...sheet, state: 'absent', last: null, rows: null };
  if (!run) return { ...sheet, state: 'unknown', last: null, rows: null };
  // An import reads what is there when it starts; an export has written its files when it ends.
  const since = Date.parse(isImport ? run.started_at : run.finished_at);
  const state = savedAt > since ? 'changed' : 'unchanged';
  return { ...sheet, state, last, rows: isImport ? rowsRead(run) : rowsWritten(run) };
}

/** The time of the last save of any tab, in milliseconds; null without tabs. */
function newestSave(folder: string): number | null {
  const times = tabFiles.flatMap(
    (file) => fs.statSync(path.join(folder, file), { throwIfNoEntry: false })?.mtimeMs ?? [],
  );
  return times.length === 0 ? null : Math.max(...times);
}

function rowsRead({ result }: SheetRun): number {
  return sum(result, ['added', 'changed', 'unchanged', 'invalid']);
}

function rowsWritten({ result }: SheetRun): number {
  return sum(result, ['categories', 'experiences', 'manuals']);
}

function sum(result: Record<string, unknown>, keys: string[]): number {
  return keys.reduce((total, key) => total + Number(result[key] ?? 0), 0);
}
