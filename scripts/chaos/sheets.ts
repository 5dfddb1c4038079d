// The two sheets that chaos imports in turn.
import fs from 'node:fs';
import path from 'node:path';
import type { Config } from '../../src/core/config.ts';
import { formatRecord, parseCsv } from '../../src/csv/csv.ts';
import { seedStarterSheet } from '../../src/sheets/feature.ts';

/** Experiences missing in the second sheet. */
const leftOut = 20;

/** Writes two sheets, the second without the last experiences; returns the possible sizes of the library. */
export function seedSheets(config: Config): number[] {
  seedStarterSheet(config, []);
  const published = path.join(config.root, 'sheets/published');
  const other = path.join(config.root, 'sheets/other');
  fs.cpSync(published, other, { recursive: true });
  const file = path.join(other, 'experiences.csv');
  const { records } = parseCsv(fs.readFileSync(file), ',');
  const fewer = records.slice(0, -leftOut);
  fs.writeFileSync(file, fewer.map(formatRecord).join(''));
  return [0, records.length - 1, fewer.length - 1];
}
