// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { createOperationRuns } from './operation-runs.ts';

export type ActivityContext = Kernel & ReturnType<typeof createActivityParts>;

export const createActivityParts = (ctx: Context) => ({ operationRuns: createOperationRuns(ctx) });
