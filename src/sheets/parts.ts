// Brings the sheets of the data root in order; the feature has no parts.
import type { Config } from '../core/config.ts';
import type { Context } from '../core/kernel.ts';
import type { Log } from '../core/log.ts';
import { sheetFolder } from './location.ts';
import { seedStarterSheet } from './starter.ts';
import { repairExport } from './swap.ts';

export function createSheetParts({ config, isNewLibrary, log }: Context) {
  if (isNewLibrary) seedStarterSheet(config);
  repairExports(config, log);
  return {};
}

/** Repairs an export that was killed between its renames; one that cannot be repaired is logged and left. */
function repairExports(config: Config, log: Log) {
  for (const name of ['published', 'review'] as const) {
    try {
      repairExport(sheetFolder(config, name));
    } catch (error) {
      log.error({ err: error, sheet: name }, 'a half-done export could not be repaired');
    }
  }
}
