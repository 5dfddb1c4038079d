// Builds the objects of the feature from the kernel.
import type { Context, Kernel } from '../core/kernel.ts';
import { createOpenErrors } from './open-errors-repository.ts';

export type StatusContext = Kernel & ReturnType<typeof createStatusParts>;

export const createStatusParts = ({ ops, now }: Context) => ({ openErrors: createOpenErrors(ops, now) });
