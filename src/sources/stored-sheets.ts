// Reads what is stored about a named sheet: its last runs, and why it cannot be read.
import { defaultSource, defaultTarget, type SheetSource } from '../core/sheet-source.ts';
import type { HeaderReads } from './header-reads.ts';
import type { SheetRun, SheetRuns } from './repository.ts';
import type { SourceStates } from './source-state-repository.ts';

/** `seen`: by which look at a Google spreadsheet, and when; null for the files as they are now. */
export type SheetProblem = { text: string; seen: { by: string; at: string } | null };

export type LastRun = { verb: 'import' | 'export'; run: SheetRun; rows: number };

export type StoredSheets = {
  sheetRuns: SheetRuns;
  sourceStates: SourceStates;
  headerReads: Pick<HeaderReads, 'known'>;
};

/** Why the sheet cannot be read: its headers as they are now, or else the last check or refused job, unless a job has read or
 *  written the sheet since, or its files have changed. Opens nothing. */
export function findProblem(
  { sheetRuns, sourceStates, headerReads }: StoredSheets,
  source: SheetSource,
): SheetProblem | null {
  const head = source.kind === 'google' ? null : headerReads.known(source);
  if (head && head.problem !== null) return { text: head.problem, seen: null };
  const check = sourceStates.find(source.name);
  const last = lastRunOf(sheetRuns, source);
  const since = [last?.run.finished_at ?? '', head ? new Date(head.changedMs).toISOString() : ''];
  const isNews = (at: string) => since.every((time) => at > time);
  const refusal = source.kind === 'google' ? sheetRuns.lastRefusal(source) : null;
  if (refusal && isNews(refusal.finished_at) && refusal.finished_at > (check?.checked_at ?? ''))
    return {
      text: refusal.message ?? '',
      seen: { by: `${refusal.operation} #${refusal.number}`, at: refusal.finished_at },
    };
  if (check?.status !== 'error' || !isNews(check.checked_at)) return null;
  return {
    text: check.text,
    seen: source.kind === 'google' ? { by: 'the last check', at: check.checked_at } : null,
  };
}

/** A sheet that never was there is only not set up; one that only exports write is written again. */
export function wasThere(sheetRuns: SheetRuns, sheet: SheetSource): boolean {
  if (sheetRuns.lastImport(sheet)) return true;
  return sheet.name === defaultSource && sheetRuns.lastExport(sheet) !== null;
}

/** The step that makes a sheet that is not there. */
export function describeFirstStep({ name, kind }: SheetSource): string {
  if (name === defaultTarget) return 'An export writes it.';
  return `Put the ${kind === 'folder' ? 'CSV files' : 'workbook'} there, or export to it.`;
}

export function lastRunOf(sheetRuns: Pick<SheetRuns, 'lastImport' | 'lastExport'>, source: SheetSource) {
  return lastOf(sheetRuns.lastImport(source), sheetRuns.lastExport(source));
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
