// Describes a named sheet: its last import and export, whether it has changed since, and its last check.
import type { SheetSource } from '../core/sheet-source.ts';
import type { Drift, FindDrift } from './drift.ts';
import type { SheetRun, SheetRuns } from './repository.ts';
import type { SourceState, SourceStates } from './source-state-repository.ts';

export type NamedSheet = SheetSource & {
  lastImport: SheetRun | null;
  lastExport: SheetRun | null;
  /** The last of both, and how many rows of all tabs it has read or written. */
  last: LastRun | null;
  drift: Drift;
  check: SourceState | null;
};

export type LastRun = { verb: 'import' | 'export'; run: SheetRun; rows: number };

type Given = { sheetRuns: SheetRuns; sourceStates: SourceStates; findDrift: FindDrift };

export async function describeSheet(
  { sheetRuns, sourceStates, findDrift }: Given,
  source: SheetSource,
): Promise<NamedSheet> {
  const [lastImport, lastExport] = [sheetRuns.lastImport(source), sheetRuns.lastExport(source)];
  const last = lastOf(lastImport, lastExport);
  const check = sourceStates.find(source.name);
  const drift = await findDrift(source, last?.run ?? null, check);
  return { ...source, lastImport, lastExport, last, drift, check };
}

/** Whether the last check has failed, and no job has read or written the sheet since. */
export function cannotBeRead({ check, last }: Pick<NamedSheet, 'check' | 'last'>): boolean {
  return check?.status === 'error' && check.checked_at > (last?.run.finished_at ?? '');
}

export function lastOf(lastImport: SheetRun | null, lastExport: SheetRun | null): LastRun | null {
  const isImport = (lastImport?.number ?? 0) > (lastExport?.number ?? 0);
  if (lastImport && isImport) return { verb: 'import', run: lastImport, rows: rowsRead(lastImport) };
  return lastExport && { verb: 'export', run: lastExport, rows: rowsWritten(lastExport) };
}

export function rowsRead({ result }: SheetRun): number {
  return sum(result, ['added', 'changed', 'unchanged', 'invalid']);
}

export function rowsWritten({ result }: SheetRun): number {
  return sum(result, ['categories', 'experiences', 'manuals']);
}

function sum(result: Record<string, unknown>, keys: string[]): number {
  return keys.reduce((total, key) => total + Number(result[key] ?? 0), 0);
}
