// `npm run bench [-- name …] [--library DIR] [--entries N]`: runs the named workloads, or all but those that run on demand, and
// prints one table.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { auditWorkload } from './audit.ts';
import { backupWorkload } from './backup.ts';
import { cancelsWorkload } from './cancels.ts';
import { findMillionWorkload, findWorkload } from './find.ts';
import { floodWorkload } from './flood.ts';
import { embedWorkload } from './embed.ts';
import { fanoutWorkload } from './fanout.ts';
import { importWorkload } from './import.ts';
import { jobsWorkload } from './jobs.ts';
import { lineWorkload } from './line.ts';
import { logWorkload } from './log.ts';
import { millionWorkload } from './million.ts';
import { searchMillionWorkload, searchWorkload } from './search.ts';
import { pageAuditWorkload } from './page-audit.ts';
import { pageWorkload } from './page.ts';
import { snapshotWorkload } from './snapshot.ts';
import { startWorkload } from './start.ts';
import { statusWorkload } from './status.ts';
import { streamWorkload } from './stream.ts';
import { weightWorkload } from './weight.ts';
import type { Figure, Workload } from './workload.ts';

const workloads: Workload[] = [
  importWorkload,
  embedWorkload,
  cancelsWorkload,
  jobsWorkload,
  floodWorkload,
  snapshotWorkload,
  startWorkload,
  streamWorkload,
  fanoutWorkload,
  weightWorkload,
  lineWorkload,
  searchWorkload,
  searchMillionWorkload,
  findWorkload,
  findMillionWorkload,
  pageWorkload,
  auditWorkload,
  pageAuditWorkload,
  backupWorkload,
  logWorkload,
  statusWorkload,
  millionWorkload,
];

const { values, positionals } = parseArgs({
  options: { library: { type: 'string' }, entries: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !workloads.some((workload) => workload.name === name));
if (unknown.length > 0) {
  console.error(
    `No workload is called ${unknown.join(', ')}. There are: ${workloads.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(64);
}

const figures: Figure[] = [];
for (const workload of workloads) {
  const isWanted = positionals.length > 0 ? positionals.includes(workload.name) : !workload.isOnDemand;
  if (!isWanted) continue;
  console.log(`${workload.name}: ${workload.title}`);
  const library = values.library === undefined ? null : path.resolve(values.library);
  const entries = values.entries === undefined ? undefined : Number(values.entries);
  figures.push(...(await workload.run({ library, entries })));
}
print(figures);

function print(lines: Figure[]) {
  const table = [
    ['workload', 'ours', 'reference', 'ratio', 'target', 'met'],
    ...lines.map(({ workload, ours, reference, ratio, target, isMet }) => [
      workload,
      ours,
      reference,
      ratio === null ? '–' : ratio.toFixed(2),
      target,
      isMet === null ? '–' : isMet ? 'yes' : 'NO',
    ]),
  ];
  const widths = table[0]?.map((_, at) => Math.max(...table.map((line) => line[at]?.length ?? 0))) ?? [];
  console.log();
  for (const line of table)
    console.log(
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  for (const { workload, note } of lines) if (note !== undefined) console.log(`${workload}: ${note}`);
}
