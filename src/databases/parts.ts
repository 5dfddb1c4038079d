// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { isTerminal } from '../jobs/job.ts';
import { createBusyCounter } from './busy-counter.ts';
import { createDatabaseList } from './database-list.ts';
import { databaseOperation } from './database-operation.ts';
import { createPastWork } from './past-work-repository.ts';

export type DatabaseContext = Kernel & ReturnType<typeof createDatabaseParts>;

export function createDatabaseParts(ctx: Context) {
  const past = createPastWork(ctx.ops);
  const busyCounter = createBusyCounter();
  ctx.bus.on('job', ({ operation, status }) => {
    if (operation === databaseOperation.name && isTerminal(status)) ctx.bus.emit('databases');
  });
  return { past, busyCounter, databaseList: createDatabaseList({ ...ctx, past, busyCounter }) };
}
