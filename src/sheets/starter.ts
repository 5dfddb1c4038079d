// Gives a new installation something to import: the starter library, copied to the published sheet.
import fs from 'node:fs';
import path from 'node:path';
import { type Config, packageRoot } from '../core/config.ts';
import { sheetPlace } from './location.ts';
import { mendExport, swapIn, writingPlace } from './swap.ts';
import { tabFiles } from './tabs.ts';

/** Does nothing when there is a published sheet; says whether there was none. */
export function seedStarterSheet(config: Config): boolean {
  const place = sheetPlace(config, 'published');
  mendExport(place);
  if (fs.existsSync(place)) return false;
  const starter = path.join(packageRoot, 'src/sheets/starter');
  fs.mkdirSync(writingPlace(place), { recursive: true });
  for (const file of tabFiles)
    fs.copyFileSync(path.join(starter, file), path.join(writingPlace(place), file));
  swapIn(place);
  return true;
}
