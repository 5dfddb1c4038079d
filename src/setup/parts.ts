// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { createChecklist } from './checklist.ts';

export type SetupContext = Kernel & ReturnType<typeof createSetupParts>;

export const createSetupParts = (ctx: Context) => ({ checklist: createChecklist(ctx) });
