// Copies the starter library to the published sheet, so that a new installation has something to import.
import fs from 'node:fs';
import path from 'node:path';
import { type Config, packageRoot } from '../core/config.ts';
import { sheetFolder } from './location.ts';
import { repairExport, swapIn, writingFolder } from './swap.ts';
import { tabFiles } from './tabs.ts';

/** Returns whether it copied; an existing published sheet stays as it is. */
export function seedStarterSheet(config: Config): boolean {
  const published = sheetFolder(config, 'published');
  repairExport(published);
  if (fs.existsSync(published)) return false;
  const starter = path.join(packageRoot, 'src/sheets/starter');
  const beside = writingFolder(published);
  fs.mkdirSync(beside, { recursive: true });
  for (const file of tabFiles) fs.copyFileSync(path.join(starter, file), path.join(beside, file));
  swapIn(published);
  return true;
}
