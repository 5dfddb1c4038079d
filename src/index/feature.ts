// The vector index: its generations on disk, and the live one that answers searches.
import type { Feature } from '../web/feature.ts';
import { indexCheck } from './index-check.ts';
import { indexStep } from './index-step.ts';
import { createIndexParts } from './parts.ts';
import { registerIndexApi } from './web/api.ts';

export const index: Feature<ReturnType<typeof createIndexParts>> = {
  name: 'index',
  create: createIndexParts,
  lifecycle: ({ autoRepair, liveIndex, only }) => ({
    // Its thread loads beside recovery, which may still switch the index: the pointer is read again then.
    recover: () => liveIndex.start(),
    // A run by hand answers no searches.
    ...(only ? {} : { catchUp: liveIndex.catchUp }),
    start: () => autoRepair?.startOwed(),
    stop: () => autoRepair?.stop(),
    close: () => liveIndex.stop(),
  }),
  routes: registerIndexApi,
  checks: (ctx) => [indexCheck(ctx)],
  setupSteps: (ctx) => [indexStep(ctx)],
};
