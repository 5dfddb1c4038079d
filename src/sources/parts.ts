// Builds the objects of the feature from the kernel and the features before it.
import { readFreeBytes } from '../core/disk-reserve.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { isTerminal } from '../jobs/job.ts';
import { embedding } from '../embedding/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { operations } from '../operations/feature.ts';
import { createTasks } from '../runner/task.ts';
import { scheduleStore } from '../schedule-store/feature.ts';
import type { SourceRepository } from '../source-store/source-repository.ts';
import { sourceStore } from '../source-store/feature.ts';
import { sheets } from '../sheets/feature.ts';
import { createFindDrift } from './drift.ts';
import { createFindFiles } from './find-files.ts';
import { createHeaderReads } from './header-reads.ts';
import { createImportSchedules } from './import-schedules.ts';
import { createSheetRuns, sheetOperations } from './repository.ts';
import { createSourceChanges } from './source-changes.ts';
import { createSourceChecks } from './source-checks.ts';
import { createSourceHealth } from './source-health.ts';
import { createSourceLooks } from './source-looks.ts';
import { createSourceStates } from './source-state-repository.ts';
import type { StoredSheets } from './stored-sheets.ts';
import { createSheetUploads } from './uploads.ts';
import { createWantedBy } from './wanted-by.ts';

export type SourceContext = Kernel & ReturnType<typeof createSourceParts>;

export function createSourceParts(ctx: Context) {
  const { config, log, bus, catalogue } = ctx;
  const { jobs: jobVerbs, lockQueue, repository, libraryState } = ctx.use(jobs);
  const createTask = createTasks(config);
  const sheetUploads = createSheetUploads({
    ...ctx,
    createTask,
    freeBytes: () => readFreeBytes(config.root),
    wantedBy: (id) => repository.active().find(({ args }) => args.sheet === id)?.number ?? null,
    onError: (error) => log.error({ err: error }, 'old uploads of sheets were not removed'),
  });
  bus.on('job', ({ id, operation, status }) => {
    if (!isTerminal(status)) return;
    const sheet = repository.find(id)?.args.sheet;
    if (sheet !== undefined) sheetUploads.markUsed(String(sheet));
    if (sheetOperations.has(operation)) bus.emit('sources');
  });
  const sources = ctx.use(sourceStore).sourceRepository;
  const sourceStates = createSourceStates(ctx.ops);
  const sheetRuns = createSheetRuns(ctx.ops, sources);
  repository.onFinish(sheetRuns.keepEnd);
  const findFiles = createFindFiles(config);
  const headerReads = createHeaderReads({ ...ctx, createTask });
  const { schedules, nextRuns } = ctx.use(scheduleStore);
  const wantedBy = createWantedBy({ catalogue, active: repository.active, schedules });
  return {
    sheetUploads,
    sources,
    sheetRuns,
    sourceStates,
    wantedBy,
    nextRuns,
    findFiles,
    findDrift: createFindDrift(config, findFiles, ctx.caches),
    headerReads,
    ...createHealthParts(ctx, { sources, sheetRuns, sourceStates, headerReads }),
    seededAt: ctx.use(sheets).seededAt,
    sourceChanges: createSourceChanges({ ...ctx, sources, states: sourceStates, sheetRuns, wantedBy }),
    sourceChecks: createSourceChecks({ ...ctx, createTask, sheetRuns, sources, states: sourceStates }),
    jobs: jobVerbs,
    lockQueue,
    repository,
    libraryState,
    counts: ctx.use(embedding).counts,
    idempotency: ctx.use(operations).idempotency,
  };
}

function createHealthParts(ctx: Context, stored: StoredSheets & { sources: Pick<SourceRepository, 'all'> }) {
  const { log, untilFree } = ctx;
  const { sourceStates } = stored;
  const importSchedules = createImportSchedules(ctx.use(scheduleStore));
  const looks = createSourceLooks({
    ...ctx,
    states: sourceStates,
    keepChange: (name, since) =>
      untilFree(() => sourceStates.putChange(name, since)).catch((error: unknown) =>
        log.warn({ err: error, source: name }, 'a change is not kept yet'),
      ),
  });
  const sourceHealth = createSourceHealth({ ...ctx, ...stored, importSchedules, looks });
  return { importSchedules, looks, sourceHealth };
}
