// The parts of an app that tests inspect.
import type { App } from '../../src/app.ts';
import { backups } from '../../src/backups/feature.ts';
import { backupStore } from '../../src/backup-store/feature.ts';
import { bulk } from '../../src/bulk/feature.ts';
import { checks } from '../../src/checks/feature.ts';
import { embedding } from '../../src/embedding/feature.ts';
import { index } from '../../src/index/feature.ts';
import { jobs } from '../../src/jobs/feature.ts';
import { maintenance } from '../../src/maintenance/feature.ts';
import { operations } from '../../src/operations/feature.ts';
import { runner } from '../../src/runner/feature.ts';
import { schedules } from '../../src/schedules/feature.ts';
import { snapshots } from '../../src/snapshots/feature.ts';
import { sources } from '../../src/sources/feature.ts';
import { telemetry } from '../../src/telemetry/feature.ts';
import { traces } from '../../src/traces/feature.ts';
import { workers } from '../../src/workers/feature.ts';

export type Parts = ReturnType<typeof partsOf>;

export function partsOf(app: App) {
  const { use } = app;
  return {
    config: app.config,
    bus: app.bus,
    descriptors: app.descriptors,
    catalogue: app.catalogue,
    counts: use(embedding).counts,
    liveIndex: use(index).liveIndex,
    inventory: use(backupStore).inventory,
    ...use(jobs),
    backups: use(backupStore).backupRepository,
    drillWatch: use(backups).drillWatch,
    bulk: use(bulk).bulk,
    ...use(checks),
    schedules: use(schedules).schedules,
    scheduleEdits: use(schedules).scheduleEdits,
    ticker: use(schedules).ticker,
    tickRetention: use(schedules).tickRetention,
    customOperations: use(operations).customOperations,
    ...use(maintenance),
    runner: use(runner).runner,
    uploads: use(snapshots).uploads,
    sheetUploads: use(sources).sheetUploads,
    sourceChanges: use(sources).sourceChanges,
    sheetRuns: use(sources).sheetRuns,
    sources: use(sources).sources,
    sourceStates: use(sources).sourceStates,
    telemetry: use(telemetry).telemetry,
    ...use(traces),
    queue: use(workers).queue,
    workers: use(workers).workers,
  };
}
