// Builds the objects of the feature from the kernel and the features before it.
import type { Context, Kernel } from '../core/kernel.ts';
import { logStore } from '../log-store/feature.ts';
import { createLineSearch, linePace } from './line-search.ts';

export type LogContext = Kernel & ReturnType<typeof createLogParts>;

export function createLogParts({ use }: Context) {
  const store = use(logStore).logStore;
  return { logState: store.state, lineSearch: createLineSearch(store, linePace) };
}
