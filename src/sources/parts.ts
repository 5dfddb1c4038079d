// Builds the objects of the feature from the kernel and the features before it.
import { readFreeBytes } from '../core/disk-reserve.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { isTerminal } from '../jobs/job.ts';
import { embedding } from '../embedding/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { operations } from '../operations/feature.ts';
import { createTasks } from '../runner/task.ts';
import { sourceStore } from '../source-store/feature.ts';
import { sheets } from '../sheets/feature.ts';
import { createFindDrift } from './drift.ts';
import { createFindFiles } from './find-files.ts';
import { createHeaderReads } from './header-reads.ts';
import { createSheetRuns } from './repository.ts';
import { createSourceChanges } from './source-changes.ts';
import { createSourceChecks } from './source-checks.ts';
import { createSourceStates } from './source-state-repository.ts';
import { createSheetUploads } from './uploads.ts';
import { createWantedBy } from './wanted-by.ts';

export type SourceContext = Kernel & ReturnType<typeof createSourceParts>;

export function createSourceParts(ctx: Context) {
  const { config, log, bus, catalogue } = ctx;
  const { jobs: jobVerbs, repository, libraryState } = ctx.use(jobs);
  const createTask = createTasks(config);
  const sheetUploads = createSheetUploads({
    ...ctx,
    createTask,
    freeBytes: () => readFreeBytes(config.root),
    wantedBy: (id) => repository.active().find(({ args }) => args.sheet === id)?.number ?? null,
    onError: (error) => log.error({ err: error }, 'old uploads of sheets were not removed'),
  });
  bus.on('job', ({ id, status }) => {
    const sheet = isTerminal(status) ? repository.find(id)?.args.sheet : undefined;
    if (sheet !== undefined) sheetUploads.markUsed(String(sheet));
  });
  const sources = ctx.use(sourceStore).sourceRepository;
  const sourceStates = createSourceStates(ctx.ops);
  const sheetRuns = createSheetRuns(ctx.ops, sources);
  repository.onFinish(sheetRuns.keepEnd);
  const findFiles = createFindFiles(config);
  const wantedBy = createWantedBy(catalogue, repository.active);
  return {
    sheetUploads,
    sources,
    sheetRuns,
    sourceStates,
    findFiles,
    findDrift: createFindDrift(config, findFiles),
    headerReads: createHeaderReads({ ...ctx, createTask }),
    seededAt: ctx.use(sheets).seededAt,
    sourceChanges: createSourceChanges({ ...ctx, sources, states: sourceStates, sheetRuns, wantedBy }),
    sourceChecks: createSourceChecks({ ...ctx, createTask, sheetRuns, sources, states: sourceStates }),
    jobs: jobVerbs,
    repository,
    libraryState,
    counts: ctx.use(embedding).counts,
    idempotency: ctx.use(operations).idempotency,
  };
}
