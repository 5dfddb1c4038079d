// The check of sheets without a server around it.
import { createBus } from '../core/bus.ts';
import type { Check } from '../core/check.ts';
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import { createCaches } from '../core/cache.ts';
import { createTasks } from '../runner/task.ts';
import { createSourceRepository } from '../source-store/source-repository.ts';
import { createNextRuns } from '../schedule-store/next-runs.ts';
import { createScheduleRepository } from '../schedule-store/schedule-repository.ts';
import { createFindDrift } from './drift.ts';
import { createFindFiles } from './find-files.ts';
import { createHeaderReads } from './header-reads.ts';
import { createImportSchedules } from './import-schedules.ts';
import { createSheetRuns } from './repository.ts';
import { createSourceHealth } from './source-health.ts';
import { createSourceLooks } from './source-looks.ts';
import { createSourceStates } from './source-state-repository.ts';
import { sourcesCheck } from './sources-check.ts';

/** `end`: ends the processes that still read a sheet. */
export function sourcesCheckOf(config: Config, ops: Db): { check: Check; end(): Promise<void> } {
  const bus = createBus();
  const headerReads = createHeaderReads({ bus, config, createTask: createTasks(config) });
  const now = () => new Date();
  const sources = createSourceRepository(ops);
  const sheetRuns = createSheetRuns(ops, sources);
  const sourceStates = createSourceStates(ops);
  const schedules = createScheduleRepository(ops);
  const importSchedules = createImportSchedules({ schedules, nextRuns: createNextRuns({ schedules, now }) });
  // The database may be open for reading only.
  const looks = createSourceLooks({ bus, now, states: sourceStates, keepChange() {} });
  const stored = { config, now, headerReads, importSchedules, looks, sheetRuns, sources, sourceStates };
  const findFiles = createFindFiles(config);
  const check = sourcesCheck({
    ...stored,
    findDrift: createFindDrift(config, findFiles, createCaches(now)),
    findFiles,
    seededAt: null,
    sourceHealth: createSourceHealth(stored),
  });
  return { check, end: headerReads.stop };
}
