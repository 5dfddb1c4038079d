// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { costStore } from '../cost-store/feature.ts';
import { telemetry } from '../telemetry/feature.ts';
import { createDiskUse } from './disk-use.ts';
import { createDiskUseRepository } from './disk-use-repository.ts';
import { measureDisk } from './measure.ts';

export type DiskContext = Kernel & ReturnType<typeof createDiskParts>;

export function createDiskParts(ctx: Context) {
  const diskUse = createDiskUse({
    ...ctx,
    ...ctx.use(telemetry),
    usage: ctx.use(costStore).usage,
    repository: createDiskUseRepository(ctx.ops),
    measure: (signal) => measureDisk(ctx.config, signal),
  });
  return { diskUse };
}
