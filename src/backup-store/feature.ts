// The store of backups: how a set is laid out, and the rows that remember them.
import type { Context } from '../core/kernel.ts';
import type { Feature } from '../web/feature.ts';
import { createBackupRepository } from './backup-repository.ts';

export const backupStore: Feature<ReturnType<typeof createParts>> = {
  name: 'backup-store',
  create: createParts,
};

function createParts({ ops }: Context) {
  return { backupRepository: createBackupRepository(ops) };
}
