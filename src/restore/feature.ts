// Restore: goes back to a backup.
import { backupStore } from '../backup-store/feature.ts';
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { listRestorable } from './restorable.ts';

const create = (ctx: Context) => ({ backupRepository: ctx.use(backupStore).backupRepository });

export const restore: Feature<ReturnType<typeof create>> = {
  name: 'restore',
  create,
  options: ({ backupRepository }) => ({ restorable: () => listRestorable(backupRepository.all()) }),
};
