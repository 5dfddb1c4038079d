// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';

export type IncidentContext = Kernel & ReturnType<typeof createIncidentParts>;

export function createIncidentParts(_ctx: Context) {
  return {};
}
