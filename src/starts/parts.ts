// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { readBuild } from './build.ts';
import { createStarts } from './repository.ts';
import { createStartRecord } from './start-record.ts';

export type StartContext = Kernel & ReturnType<typeof createStartParts>;

export function createStartParts(ctx: Context) {
  const build = readBuild();
  const starts = createStarts(ctx.ops);
  return { build, starts, startRecord: createStartRecord({ ...ctx, starts, build }) };
}
