// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';

export type ObjectiveContext = Kernel & ReturnType<typeof createObjectiveParts>;

export function createObjectiveParts(_ctx: Context) {
  return {};
}
