// The check of sheets without a server around it.
import { createBus } from '../core/bus.ts';
import type { Check } from '../core/check.ts';
import type { Config } from '../core/config.ts';
import type { Db } from '../core/db/open.ts';
import { createTasks } from '../runner/task.ts';
import { createSourceRepository } from '../source-store/source-repository.ts';
import { createFindFiles } from './find-files.ts';
import { createHeaderReads } from './header-reads.ts';
import { createSheetRuns } from './repository.ts';
import { createSourceStates } from './source-state-repository.ts';
import { sourcesCheck } from './sources-check.ts';

/** `end`: ends the processes that still read a sheet. */
export function sourcesCheckOf(config: Config, ops: Db): { check: Check; end(): Promise<void> } {
  const headerReads = createHeaderReads({ bus: createBus(), config, createTask: createTasks(config) });
  const sources = createSourceRepository(ops);
  const check = sourcesCheck({
    config,
    findFiles: createFindFiles(config),
    headerReads,
    seededAt: null,
    sheetRuns: createSheetRuns(ops, sources),
    sources,
    sourceStates: createSourceStates(ops),
  });
  return { check, end: headerReads.stop };
}
