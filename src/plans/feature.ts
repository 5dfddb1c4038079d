// Plans: what a dry run would change, page by page, and the decision to apply it.
import type { Feature } from '../web/feature.ts';
import { createPlanParts } from './parts.ts';
import { sweepPlans } from './sweep.ts';
import { followUpPart } from './web/follow-up-part.ts';
import { leftOutPart } from './web/left-out-part.ts';
import { registerPlanApi } from './web/plan-api.ts';
import { planPart } from './web/plan-part.ts';
import { registerPlanPages } from './web/plan-pages.ts';

export const plans: Feature<ReturnType<typeof createPlanParts>> = {
  name: 'plans',
  pages: [{ path: '/plans/:number', api: '/api/v1/plans/:number', cards: ['job'], examples: [] }],
  create: createPlanParts,
  lifecycle: (ctx) => ({
    start() {
      const removed = sweepPlans(ctx);
      if (removed > 0) ctx.log.info({ files: removed }, 'plans without a job were removed');
    },
  }),
  routes(app, ctx) {
    registerPlanPages(app, ctx);
    registerPlanApi(app, ctx);
  },
  jobParts: (ctx) => [planPart(ctx), leftOutPart(ctx), followUpPart(ctx)],
};
