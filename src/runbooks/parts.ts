// Builds the objects of the feature from the kernel and the features before it.
import { checklist } from '../checklist/feature.ts';
import type { Context, Kernel } from '../core/kernel.ts';
import { documents } from '../documents/feature.ts';
import { incidentStore } from '../incident-store/feature.ts';
import { operations } from '../operations/feature.ts';
import { createRunRepository } from './run-repository.ts';
import { createRunSteps } from './run-steps.ts';
import { createRunbookRepository } from './runbook-repository.ts';
import { createRunbooks } from './runbooks.ts';
import { createRuns } from './runs.ts';
import { createStepTicker } from './step-ticker.ts';

export type RunbookContext = Kernel & ReturnType<typeof createRunbookParts>;

export function createRunbookParts(ctx: Context) {
  const stored = {
    ...ctx.use(operations),
    ...ctx.use(checklist),
    ...ctx.use(documents),
    ...ctx.use(incidentStore),
    runRepository: createRunRepository(ctx.ops),
    runbookRepository: createRunbookRepository(ctx.ops),
  };
  const runbooks = createRunbooks({ ...ctx, ...stored });
  const runs = createRuns({ ...ctx, ...stored });
  return {
    ...stored,
    runbooks,
    runs,
    runSteps: createRunSteps({ ...ctx, ...stored, runs }),
    stepTicker: createStepTicker({ ...ctx, ...stored }),
    /** Titles by slug, for features that link to runbooks. */
    runbookTitles: runbooks.titles,
  };
}
