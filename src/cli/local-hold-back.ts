// The hold-back of maintenance for a command that works on ops.db itself. Separate from main.ts, because it loads the database.
import type { CreateHoldBack } from '../core/hold-back.ts';
import { createHoldBack } from '../maintenance/hold-back.ts';
import { createWindowRepository } from '../window-store/window-repository.ts';

export const createLocalHoldBack: CreateHoldBack = (given) =>
  createHoldBack({ ...given, windows: createWindowRepository(given.ops) });
