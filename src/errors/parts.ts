// Builds the objects of the feature from the kernel and the features before it.
import { version } from '../core/config.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { incidentStore } from '../incident-store/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { starts } from '../starts/feature.ts';
import { workers } from '../workers/feature.ts';
import { createCollector } from './collector.ts';
import { createCountRepository } from './count-repository.ts';
import { createDecisions } from './decisions.ts';
import { createGathering } from './gathering.ts';
import { createGroupRepository } from './group-repository.ts';
import { groupTarget } from './group.ts';
import { createGroups } from './groups.ts';
import { createWorkerWatch } from './worker-watch.ts';

export type ErrorContext = Kernel & ReturnType<typeof createErrorParts>;

export function createErrorParts(ctx: Context) {
  const repository = createGroupRepository(ctx.ops);
  const gathering = createGathering(ctx.now);
  const { repository: jobRepository } = ctx.use(jobs);
  const { queue, workers: verbs } = ctx.use(workers);
  const workerWatch = createWorkerWatch({
    ...ctx,
    queue,
    living: () => verbs.view().workers,
    add: (seen) => gathering.add(() => seen),
  });
  const { starts: history } = ctx.use(starts);
  const collector = createCollector({
    ...ctx,
    since: () => history.newSince(version) ?? history.first(),
    gathering,
    counts: createCountRepository(ctx.ops),
    jobs: jobRepository,
    lookAtWorkers: workerWatch.look,
  });
  const { incidentRepository } = ctx.use(incidentStore);
  return {
    /** The newest incident of a group; null if there is none. */
    incidentOf: (id: number) => incidentRepository.newestOf(groupTarget(id)),
    collector,
    missedErrors: gathering.missed,
    groups: createGroups({ ...ctx, repository, jobs: jobRepository, starts: history }),
    decisions: createDecisions({ ...ctx, repository, collector }),
  };
}
