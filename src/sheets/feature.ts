// Sheets: how they are read, written in their place, and imported.
import fs from 'node:fs';
import path from 'node:path';
import { type Config, packageRoot } from '../core/config.ts';
import type { Context } from '../core/kernel.ts';
import { defaultSource, type SheetSource } from '../core/sheet-source.ts';
import { sourceStore } from '../source-store/feature.ts';
import type { Feature } from '../web/feature.ts';
import { sweepBackups } from './backup.ts';
import { repairExport, swapIn, writingPath } from './swap.ts';
import { filesOfAll, tabFiles } from './tabs.ts';

export const sheets: Feature<ReturnType<typeof createSheetParts>> = {
  name: 'sheets',
  create: createSheetParts,
};

function createSheetParts({ config, isNewLibrary, log, now, ops, use }: Context) {
  const isSeeded = isNewLibrary && seedStarterSheet(config, use(sourceStore).sourceRepository.all());
  /** The time at which this process wrote the published sheet, in ms; null if it did not. */
  const seededAt = isSeeded ? Date.now() : null;
  removeOldBackups({ config, log, now, ops });
  return { seededAt };
}

/** The limits may have been lowered since the last backup. */
function removeOldBackups({ config, log, now, ops }: Pick<Context, 'config' | 'log' | 'now' | 'ops'>) {
  if (config.mode === 'noop') return;
  try {
    const removed = sweepBackups(config, ops, now());
    if (removed.length > 0) log.info({ removed }, 'old backups were removed');
  } catch (error) {
    log.error({ err: error }, 'old backups could not be removed; tried again after the next import');
  }
}

/** Returns whether it copied; an existing published sheet stays as it is. `sources`: the named sheets. */
export function seedStarterSheet(config: Config, sources: Pick<SheetSource, 'tabs'>[]): boolean {
  const published = path.join(config.root, 'sheets', defaultSource);
  repairExport(published, filesOfAll(sources));
  if (fs.existsSync(published)) return false;
  const starter = path.join(packageRoot, 'src/sheets/starter');
  const beside = writingPath(published);
  fs.mkdirSync(beside, { recursive: true });
  for (const file of tabFiles) fs.copyFileSync(path.join(starter, file), path.join(beside, file));
  swapIn(published);
  return true;
}
