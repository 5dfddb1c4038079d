// Describes a named sheet: its last import and export, whether it has changed since, its last check, its health.
import type { SheetSource } from '../core/sheet-source.ts';
import type { NextRun } from '../schedule-store/next-runs.ts';
import type { Drift } from './drift.ts';
import type { Health } from './health.ts';
import type { SourceContext } from './parts.ts';
import type { SheetRun } from './repository.ts';
import { type Credential, credentialOf, findTrouble, type Trouble } from './sheet-trouble.ts';
import type { SourceState } from './source-state-repository.ts';
import { findProblem, type LastRun, lastOf, type SheetProblem } from './stored-sheets.ts';

export type NamedSheet = SheetSource & {
  lastImport: SheetRun | null;
  lastExport: SheetRun | null;
  /** The last of both, and how many rows of all tabs it has read or written. */
  last: LastRun | null;
  drift: Drift;
  /** The time at which a change since then was first seen. */
  changedSince: string | null;
  check: SourceState | null;
  /** Why it cannot be read, as far as is known. */
  problem: SheetProblem | null;
  /** Why it cannot be used. */
  trouble: Trouble | null;
  health: Health;
  /** The key that opens it; null for a sheet that needs none. */
  credential: Credential | null;
  /** The next import by a schedule. */
  nextRun: NextRun | null;
};

export type DescribedBy = Pick<
  SourceContext,
  'config' | 'findDrift' | 'headerReads' | 'importSchedules' | 'sheetRuns' | 'sourceHealth' | 'sourceStates'
>;

export async function describeSheet(given: DescribedBy, source: SheetSource): Promise<NamedSheet> {
  const { sheetRuns, sourceStates, findDrift, importSchedules, sourceHealth } = given;
  const [lastImport, lastExport] = [sheetRuns.lastImport(source), sheetRuns.lastExport(source)];
  const last = lastOf(lastImport, lastExport);
  const check = sourceStates.find(source.name);
  const drift = await findDrift(source, last?.run ?? null, check);
  return {
    ...source,
    lastImport,
    lastExport,
    last,
    drift,
    changedSince: sourceStates.changedSince(source.name),
    check,
    problem: findProblem(given, source),
    trouble: findTrouble(given, source, drift),
    health: sourceHealth.judge(source, drift),
    credential: credentialOf(source, given.config),
    nextRun: importSchedules.next(source.name),
  };
}
