// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { createChecklist } from './checklist.ts';

export type SetupParts = ReturnType<typeof createSetupParts>;
export type SetupContext = Kernel & SetupParts;

export const createSetupParts = (ctx: Context) => ({ checklist: createChecklist(ctx) });
