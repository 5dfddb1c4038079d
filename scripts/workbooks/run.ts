// `npm run workbooks [-- FOLDER]`: takes a library, of the CSV files in FOLDER or the starter library, through workbooks of
// LibreOffice and openpyxl. Exits with 1 when a cell is different, with 64 when the arguments are wrong, and with 69 when a
// program is missing, so that not everything was run.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../../src/core/config.ts';
import { plural } from '../../src/core/format.ts';
import { tabFiles } from '../../src/sheets/tabs.ts';
import { findPrograms } from './programs.ts';
import { makeRoundTrips } from './round-trips.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const sheet = path.resolve(positionals[0] ?? path.join(packageRoot, 'src/sheets/starter'));
const missing = tabFiles.filter((file) => !fs.existsSync(path.join(sheet, file)));
if (positionals.length > 1) {
  console.error('Name one folder.');
  process.exit(64);
}
if (missing.length > 0) {
  console.error(`Name one folder with ${tabFiles.join(', ')}; ${sheet} has no ${missing.join(', ')}.`);
  process.exit(64);
}

const programs = findPrograms();
for (const { version, remedy } of Object.values(programs)) console.log(version ?? remedy);
const work = fs.mkdtempSync(path.join(os.tmpdir(), 'chl-workbooks-'));
const counts = { right: 0, wrong: 0, 'not run': 0 };
try {
  for (const { title, program, run } of await makeRoundTrips(sheet, work, programs)) {
    const [verdict, found] =
      programs[program].version === null ? (['not run', ''] as const) : await judge(run);
    counts[verdict]++;
    console.log(`${verdict.padEnd(7)}  ${title}${found && `: ${found}`}`);
  }
} finally {
  fs.rmSync(work, { recursive: true });
}
console.log(
  `${plural(counts.right, 'round trip')} right, ${counts.wrong} wrong, ${counts['not run']} not run`,
);
if (counts.wrong > 0) process.exitCode = 1;
else if (counts['not run'] > 0) process.exitCode = 69;

async function judge(run: () => string | Promise<string>): Promise<['right' | 'wrong', string]> {
  try {
    return ['right', await run()];
  } catch (error) {
    return ['wrong', error instanceof Error ? error.message : String(error)];
  }
}
