// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { jobs } from '../jobs/feature.ts';
import { logStore } from '../log-store/feature.ts';
import { logJobs } from './job-lines.ts';
import { createLineSearch, linePace } from './line-search.ts';

export type LogContext = Kernel & ReturnType<typeof createLogParts>;

export function createLogParts(ctx: Context) {
  const store = ctx.use(logStore).logStore;
  logJobs({ ...ctx, repository: ctx.use(jobs).repository });
  return {
    logState: store.state,
    /** Looks at log.db first if nobody has: a command without a server does not start the log store. */
    async seenLogState() {
      if (store.state().file === null) await store.tend();
      return store.state();
    },
    lineSearch: createLineSearch(store, linePace),
  };
}
