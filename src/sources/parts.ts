// Builds the objects of the feature from the kernel and the features before it.
import { readFreeBytes } from '../core/disk-reserve.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { isTerminal } from '../jobs/job.ts';
import { embedding } from '../embedding/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { operations } from '../operations/feature.ts';
import { createTasks } from '../runner/task.ts';
import { sourceStore } from '../source-store/feature.ts';
import { createSheetRuns } from './repository.ts';
import { createSheetUploads } from './uploads.ts';

export type SourceContext = Kernel & ReturnType<typeof createSourceParts>;

export function createSourceParts(ctx: Context) {
  const { config, log, bus } = ctx;
  const { jobs: jobVerbs, repository, libraryState } = ctx.use(jobs);
  const sheetUploads = createSheetUploads({
    ...ctx,
    createTask: createTasks(config),
    freeBytes: () => readFreeBytes(config.root),
    wantedBy: (id) => repository.active().find(({ args }) => args.sheet === id)?.number ?? null,
    onError: (error) => log.error({ err: error }, 'old uploads of sheets were not removed'),
  });
  bus.on('job', ({ id, status }) => {
    const sheet = isTerminal(status) ? repository.find(id)?.args.sheet : undefined;
    if (sheet !== undefined) sheetUploads.markUsed(String(sheet));
  });
  return {
    sheetUploads,
    sheetRuns: createSheetRuns(ctx.ops),
    sourceRepository: ctx.use(sourceStore).sourceRepository,
    jobs: jobVerbs,
    libraryState,
    counts: ctx.use(embedding).counts,
    idempotency: ctx.use(operations).idempotency,
  };
}
