// `npm run cases -- FOLDER [group or case …]`: runs the inputs from the field in FOLDER and prints one table. Exits with 1 when
// one is wrong, and with 64 when the arguments are.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { formatDuration, plural } from '../../src/core/format.ts';
import type { Case, Group, Verdict } from './case.ts';
import { embedCases } from './embed.ts';
import { sheetCases } from './sheets.ts';
import { sqliteCases } from './sqlite.ts';
import { zipCases } from './zip.ts';

const groups: Group[] = [sheetCases, zipCases, sqliteCases, embedCases];
const { positionals } = parseArgs({ allowPositionals: true });
const [folder, ...chosen] = positionals;
if (folder === undefined || !fs.existsSync(folder)) {
  console.error(`Name the folder of the cases, with ${groups.map(({ name }) => name).join(', ')} in it.`);
  process.exit(64);
}

/** Servers and services mostly wait, so a few cases run at a time. */
const atOnce = 3;
const inputs = fs.realpathSync(folder);
const cases = groups.flatMap((group) => {
  const place = path.join(inputs, group.name);
  if (!fs.existsSync(place)) return [];
  return group.find(place).map((one) => ({ ...one, name: `${group.name}/${one.name}` }));
});
const wanted = cases.filter(({ name }) => chosen.length === 0 || chosen.some((word) => name.includes(word)));
if (wanted.length === 0) {
  console.error(`${inputs} has no case ${chosen.join(', ')}.`);
  process.exit(64);
}
const startedAt = performance.now();
const waiting = [...wanted];
let wrong = 0;
await Promise.all(Array.from({ length: atOnce }, runWaiting));
const took = formatDuration((performance.now() - startedAt) / 1000);
console.log(`${plural(wanted.length, 'case')} in ${took}: ${wanted.length - wrong} right, ${wrong} wrong`);
process.exitCode = wrong > 0 ? 1 : 0;

async function runWaiting() {
  for (let one = waiting.shift(); one; one = waiting.shift()) {
    const { isRight, actual } = await judge(one);
    if (!isRight) wrong++;
    const shown = actual.replaceAll(/\s+/g, ' ').slice(0, 300);
    console.log(`${isRight ? 'right' : 'WRONG'}  ${one.name}  expected: ${one.expected}  actual: ${shown}`);
  }
}

async function judge({ run }: Case): Promise<Verdict> {
  try {
    return await run();
  } catch (error) {
    return { isRight: false, actual: error instanceof Error ? error.message : String(error) };
  }
}
