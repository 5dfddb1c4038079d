// The store of backups: how a set is laid out, and the rows that remember them.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createBackupJobs } from './backup-jobs-repository.ts';
import { createBackupRepository } from './backup-repository.ts';
import { createCatchUp } from './catch-up.ts';
import { createInventory } from './inventory.ts';
import { createSetReader } from './set-reader.ts';
import { createCleaning } from './unfinished.ts';

export const backupStore: Feature<ReturnType<typeof createParts>> = {
  name: 'backup-store',
  create: createParts,
  lifecycle: ({ cleaning, inventory, catchUp }) => ({
    recover: cleaning.all,
    start: inventory.start,
    stop: inventory.stop,
    catchUp,
  }),
};

function createParts(ctx: Context) {
  const backups = createBackupRepository(ctx.ops, ctx.now);
  const jobs = createBackupJobs(ctx.ops);
  const given = { ...ctx, backups, jobs };
  const cleaning = createCleaning(ctx);
  const inventory = createInventory(given);
  return {
    backupRepository: backups,
    backupJobs: jobs,
    cleaning,
    inventory,
    catchUp: createCatchUp({ ...ctx, cleaning, inventory }),
    setReader: createSetReader(given),
  };
}
