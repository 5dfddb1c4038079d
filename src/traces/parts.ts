// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { flags } from '../flags/feature.ts';
import { jobs } from '../jobs/feature.ts';
import { logStore as logStoreFeature } from '../log-store/feature.ts';
import { requests } from '../requests/feature.ts';
import { createHunt } from './hunt.ts';
import { keepAnswered } from './keep.ts';
import { createTraceReader } from './read-trace.ts';
import { countServerStatements } from './server-statements.ts';

export type TraceContext = Kernel & ReturnType<typeof createTraceParts>;

export function createTraceParts(ctx: Context) {
  const { tracing } = ctx;
  const { isOn } = ctx.use(flags);
  const { logStore } = ctx.use(logStoreFeature);
  const { repository } = ctx.use(jobs);
  const { requestFigures } = ctx.use(requests);
  const hunt = createHunt(ctx);
  tracing.pickBy((requestId) => hunt.until() !== null || isOn('traces', requestId));
  return {
    hunt,
    requestFigures,
    logStore,
    keep: keepAnswered({ ...ctx, logStore }),
    statements: countServerStatements({ ...ctx, logStore }),
    traceReader: createTraceReader({ ...ctx, logStore, repository }),
  };
}
