// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';

export type RunbookContext = Kernel & ReturnType<typeof createRunbookParts>;

export function createRunbookParts(_ctx: Context) {
  return {};
}
