// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { index } from '../index/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { objectiveStore } from '../objective-store/feature.ts';
import { requests } from '../requests/feature.ts';
import { starts } from '../starts/feature.ts';
import { createCurrentObjectives } from './current-objectives.ts';
import { createHistory } from './history.ts';
import { createLatency } from './latency.ts';
import { createPending } from './pending.ts';
import { createRecorder } from './recorder.ts';
import { createStandings } from './standings.ts';
import { createTallyBook } from './tally-book.ts';
import { createTallyRepository } from './tally-repository.ts';
import { bootTime } from './uptime.ts';

export type ObjectiveContext = Kernel & ReturnType<typeof createObjectiveParts>;

export function createObjectiveParts(ctx: Context) {
  const { ops, now } = ctx;
  const { objectives } = ctx.use(objectiveStore);
  const { starts: history } = ctx.use(starts);
  const tallyRepository = createTallyRepository(ops);
  const tallyBook = createTallyBook({ tallyRepository, now });
  const current = createCurrentObjectives({ ...ctx, objectives });
  const recorder = createRecorder({
    ...ctx,
    pending: createPending(now),
    tallyRepository,
    tallyBook,
    current,
    jobs: ctx.use(jobs).repository,
    starts: history,
    indexState: ctx.use(index).liveIndex.indexState,
    bootTime,
  });
  return {
    objectives,
    objectiveRecorder: recorder,
    standings: createStandings({ ...ctx, current, tallyBook }),
    objectiveHistory: createHistory({ ...ctx, starts: history, tallyBook }),
    p95: createLatency({ ...ctx, requestFigures: ctx.use(requests).requestFigures }),
  };
}
