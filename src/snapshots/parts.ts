// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { index } from '../index/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { operations } from '../operations/feature.ts';
import { createTasks } from '../runner/task.ts';
import { createUploads } from './upload.ts';

export type SnapshotContext = Kernel & ReturnType<typeof createSnapshotParts>;

export function createSnapshotParts(ctx: Context) {
  const { config, log } = ctx;
  const { jobs: jobVerbs, repository, readArguments } = ctx.use(jobs);
  const uploads = createUploads({
    ...ctx,
    createTask: createTasks(config),
    wantedBy: (id) =>
      repository
        .positions()
        .map(({ jobId }) => repository.find(jobId))
        .find((job) => job?.args.staged_id === id)?.number ?? null,
    onError: (error) => log.error({ err: error }, 'old uploads were not removed'),
  });
  const { entryCounts, spending, libraryState } = ctx.use(operations);
  const { liveIndex } = ctx.use(index);
  return {
    uploads,
    jobs: jobVerbs,
    repository,
    readArguments,
    entryCounts,
    spending,
    libraryState,
    liveIndex,
  };
}
