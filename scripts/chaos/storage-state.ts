// The state of storage as the chaos reads it from the files, while the server runs and no job does.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { createBackupRepository } from '../../src/backup-store/backup-repository.ts';
import { listBackups, setFolder } from '../../src/backup-store/set-files.ts';
import { compareFiles } from '../../src/backups/compare-files.ts';
import { Defect } from '../../src/backups/drill-steps.ts';
import type { Config } from '../../src/core/config.ts';
import { createLibrary } from '../../src/library/repository.ts';
import { withDatabase } from './repository.ts';

/** A hash of all rows that an import compares. */
export function hashLibrary({ databasePath }: Config): string {
  return withDatabase(databasePath, (db) => {
    const library = createLibrary(db);
    const rows = (['category', 'experience', 'manual'] as const).flatMap((kind) =>
      [...library[kind].compared()].map((row) => JSON.stringify([kind, row])),
    );
    return createHash('sha256').update(rows.sort().join('\n')).digest('hex');
  });
}

/** Keeps the retention from removing a set. */
export function keepBackup({ opsDatabasePath }: Config, id: string) {
  withDatabase(opsDatabasePath, (ops) =>
    createBackupRepository(ops).describe(id, { is_kept: true, note: null }),
  );
}

/** Half sets, sets that the server does not know, and what a killed process has left; one sentence for each. */
export async function findLeftovers(config: Config): Promise<string[]> {
  const { backupPath, root } = config;
  const unfinished = namesIn(backupPath)
    .filter((name) => name.startsWith('.') || name.includes('.partial'))
    .map((name) => `${name} is left in the folder of backups`);
  const left = namesIn(path.join(root, 'tmp')).map((name) => `tmp/${name} is left`);
  const { sets } = await listBackups(config);
  const rows = withDatabase(config.opsDatabasePath, (ops) => createBackupRepository(ops).all());
  const known = new Map(rows.map((row) => [row.id, row]));
  const unknown = sets.filter((id) => !known.has(id)).map((id) => `the server does not know the set ${id}`);
  const gone = rows
    .filter(({ id }) => !fs.existsSync(setFolder(config, id)))
    .map(({ id }) => `the server believes that ${id} is there`);
  const half: string[] = [];
  for (const id of sets) {
    const sha256 = known.get(id)?.sha256 ?? null;
    const defect = await compareFiles({ folder: setFolder(config, id), sha256 }, () => {}).catch(toDefect);
    if (defect instanceof Defect) half.push(`the set ${id}: ${defect.message}`);
  }
  return [...unfinished, ...left, ...unknown, ...gone, ...half];
}

function toDefect(error: unknown): Defect {
  if (error instanceof Defect) return error;
  throw error;
}

function namesIn(folder: string): string[] {
  return fs.existsSync(folder) ? fs.readdirSync(folder) : [];
}
