// Ends what a killed restore-library or restore-ops has begun.
import { headFile } from '../audit/head-file.ts';
import type { Config } from '../core/config.ts';
import { settle } from './replace-database.ts';

/** The files about an ops.db that must not be there beside another one. */
export const outdatedBesideOps = (root: string): string[] => [headFile(root)];

/** Expects that this process holds the data root, and that nobody has opened the databases yet. */
export function settleRestores({ databasePath, opsDatabasePath, root }: Config) {
  settle(databasePath, []);
  settle(opsDatabasePath, outdatedBesideOps(root));
}
