// The parts into which the use of the disk is divided, each with its files and folders.
import path from 'node:path';
import type { Config } from '../core/config.ts';

export const diskPartNames = ['backups', 'logs', 'index', 'databases', 'sheets', 'other'] as const;
export type DiskPartName = (typeof diskPartNames)[number];

export const diskPartTitles: Record<DiskPartName, string> = {
  backups: 'Backups',
  logs: 'Job logs',
  index: 'Index',
  databases: 'Databases',
  sheets: 'Sheets and uploads',
  other: 'Other',
};

export type Places = Pick<Config, 'root' | 'backupPath' | 'indexFolder' | 'databasePath' | 'opsDatabasePath'>;

/** By part; `other` is the rest of the data folder. */
export function placesOf(config: Places): Record<Exclude<DiskPartName, 'other'>, string[]> {
  const below = (name: string) => path.join(config.root, name);
  return {
    // Copies of earlier versions are in the data folder, wherever backups are now.
    backups: [config.backupPath, below('backups')],
    logs: [below('logs')],
    index: [config.indexFolder],
    databases: [config.databasePath, config.opsDatabasePath].flatMap(filesOf),
    sheets: [below('sheets'), below('uploads')],
  };
}

const filesOf = (database: string) => ['', '-wal', '-shm'].map((ending) => `${database}${ending}`);
