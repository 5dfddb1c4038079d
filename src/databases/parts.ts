// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { logStore } from '../log-store/feature.ts';
import { isTerminal } from '../jobs/job.ts';
import { createBusyCounter } from './busy-counter.ts';
import { createDatabaseList } from './database-list.ts';
import { databaseOperation } from './database-operation.ts';
import { createPastWork } from './past-work-repository.ts';

export type DatabaseContext = Kernel & ReturnType<typeof createDatabaseParts>;

export function createDatabaseParts(ctx: Context) {
  const past = createPastWork(ctx.ops);
  const busyCounter = createBusyCounter();
  const { logStore: store } = ctx.use(logStore);
  ctx.bus.on('job', ({ number, operation, status }) => {
    if (operation !== databaseOperation.name || !isTerminal(status)) return;
    if (past.lastBroken('log')?.number === number) store.examine();
    ctx.bus.emit('databases');
  });
  const logState = store.state;
  const databaseList = createDatabaseList({ ...ctx, past, busyCounter, logState });
  return { past, busyCounter, logState, databaseList };
}
