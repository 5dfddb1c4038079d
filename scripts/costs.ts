// The operation `costs`; its work is src/costs/close-days.ts.
import { openDatabase, scriptBusyMs } from '../src/core/db/open.ts';
import { closeDays } from '../src/costs/close-days.ts';
import { costsOperation } from '../src/costs/costs-operation.ts';
import { createCostRepository } from '../src/cost-store/cost-repository.ts';
import { createUsageRepository } from '../src/cost-store/usage-repository.ts';
import { runOperation } from './run-operation.ts';

await runOperation<{ day?: string }>(costsOperation, ({ day }, { config, progress, assertFence }) => {
  progress(0, undefined, 'close');
  const ops = openDatabase(config.opsDatabasePath, { busyMs: scriptBusyMs });
  try {
    const stores = { usageRepository: createUsageRepository(ops), costRepository: createCostRepository(ops) };
    return closeDays({ config, now: new Date(), ...stores, assertFence }, day);
  } finally {
    ops.close();
  }
});
