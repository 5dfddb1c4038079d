// Judges named sheets by what is stored and by the last look at their files.
import type { Config } from '../core/config.ts';
import type { SheetSource, SourceFinder } from '../core/sheet-source.ts';
import type { Drift } from './drift.ts';
import { type Health, judgeSheet, type NamedHealth } from './health.ts';
import type { ImportSchedules } from './import-schedules.ts';
import { lastOf, type StoredSheets } from './stored-sheets.ts';
import type { SheetEnd } from './repository.ts';
import { findTrouble } from './sheet-trouble.ts';
import type { SourceLooks } from './source-looks.ts';

type Given = StoredSheets & {
  config: Pick<Config, 'google' | 'checks'>;
  now: () => Date;
  sources: Pick<SourceFinder, 'all'>;
  importSchedules: Pick<ImportSchedules, 'duties'>;
  looks: Pick<SourceLooks, 'known'>;
};

export function createSourceHealth(given: Given) {
  const { config, now, sources, sheetRuns, sourceStates, importSchedules, looks } = given;

  /** `drift`: as it is now; null before the first look. */
  const judge = (source: SheetSource, drift: Drift | null): Health => {
    const [lastImport, lastExport] = [sheetRuns.lastImport(source), sheetRuns.lastExport(source)];
    return judgeSheet({
      trouble: findTrouble(given, source, drift),
      lastJob: findLastJob(given, source),
      last: lastOf(lastImport, lastExport),
      drift,
      isSeenByCheck: source.kind === 'google',
      changedSince: sourceStates.changedSince(source.name),
      schedules: importSchedules.duties(source.name, lastImport?.finished_at ?? null),
      now: now(),
      unimportedMaxMs: config.checks.sheetUnimportedMs,
    });
  };
  /** Opens and scans nothing. */
  const all = (): NamedHealth[] =>
    sources.all().map((source) => ({ name: source.name, ...judge(source, looks.known(source)) }));
  return { judge, all };
}

/** A sheet that could not be read may have been put in order since. */
function findLastJob(
  { sheetRuns, sourceStates, headerReads }: StoredSheets,
  source: SheetSource,
): SheetEnd | null {
  const last = sheetRuns.lastJob(source);
  if (!last?.isRefusal) return last;
  const check = sourceStates.find(source.name);
  if (check && check.status !== 'error' && check.checked_at > last.finished_at) return null;
  const head = source.kind === 'google' ? null : headerReads.known(source);
  const isReadAgain = head?.problem === null && head.changedMs > Date.parse(last.finished_at);
  return isReadAgain ? null : last;
}
