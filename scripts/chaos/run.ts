// `npm run chaos -- --cycles 200 --seed N` and `npm run soak`. A failure prints how to repeat it, and keeps its data root.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { createSqliteQueue } from '../../src/embedding/sqlite-queue.ts';
import { runMutations } from './mutations.ts';
import { walkQueue } from './queue-walk.ts';
import { runScheduleChaos } from './schedules.ts';
import { serverLogFile } from './server-process.ts';
import { runStorageChaos } from './storage.ts';
import { runChaos } from './suite.ts';
import { runWebhookChaos } from './webhooks.ts';
import { runWorkerSequence } from './workers.ts';

const { values } = parseArgs({
  options: {
    cycles: { type: 'string' },
    seed: { type: 'string' },
    minutes: { type: 'string' },
    roots: { type: 'string' },
    /** `schedules`, `storage`, `webhooks`: only these. */
    suite: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6));
const minutes = values.minutes === undefined ? null : Number(values.minutes);
const cycles = Number(values.cycles ?? (minutes === null ? 200 : Number.POSITIVE_INFINITY));
const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'chl-chaos-')));
const startedAt = Date.now();
const isSoak = minutes !== null;
/** Random walks of the embedding queue against its model, with consecutive seeds. */
const queueWalks = isSoak ? 40 : 5;
/** Random steps of the workers' chaos, before the cycles of the server. */
const workerSteps = 500;

console.log(`chaos: seed ${seed}, data in ${root}`);
if (values.suite === 'schedules') {
  await runSchedules();
  fs.rmSync(root, { recursive: true });
  process.exit(0);
}
if (values.suite === 'storage') {
  await runStorage(Math.min(cycles, 1000));
  fs.rmSync(root, { recursive: true });
  process.exit(0);
}
if (values.suite === 'webhooks') {
  await runWebhooks(Math.min(cycles, 50), 1000);
  fs.rmSync(root, { recursive: true });
  process.exit(0);
}
for (let walk = 0; walk < queueWalks; walk++) {
  const queueRoot = path.join(root, 'queue', String(walk));
  const { difference } = await walkQueue({
    root: queueRoot,
    openQueue: createSqliteQueue,
    seed: seed + walk,
    steps: 500,
  });
  if (difference === null) continue;
  console.error(`\nThe queue with seed ${seed + walk}: ${difference}\nEvidence: ${queueRoot}`);
  process.exit(1);
}
console.log(`queue: ${queueWalks} walks of 500 steps`);
const workers = await runWorkerSequence({ root: path.join(root, 'workers'), seed, steps: workerSteps });
console.log(
  `workers: ${workers.steps} steps, ${workers.entries} entries, ${workers.kills} kills, ${workers.stops} stops`,
);
if (workers.problems.length > 0) {
  console.error(
    `\nThe workers' step ${workers.steps} found:\n${workers.problems.join('\n')}\nEvidence: ${root}`,
  );
  process.exit(1);
}
// 10,000 in the soak, fewer otherwise.
const mutations = await runMutations({
  root: path.join(root, 'snapshots'),
  seed,
  changes: isSoak ? 10_000 : 300,
});
console.log(`snapshots: ${mutations.changes} changed bytes, ${mutations.refused} refused`);
if (mutations.problems.length > 0) {
  console.error(
    `\nChanged snapshots found:\n${mutations.problems.slice(0, 10).join('\n')}\nEvidence: ${root}`,
  );
  process.exit(1);
}
await runSchedules();
await runStorage(20);
await runWebhooks(10, 200);
const cyclesStartedAt = Date.now();
/** The cycles of one server run in sequence and rarely keep a core busy, so several data roots run in parallel. */
const roots = Math.min(Number(values.roots ?? 2), cycles);
const isTimeUp = () => isSoak && Date.now() >= startedAt + minutes * 60_000;
let hasFailed = false;
const reports = await Promise.all(Array.from({ length: roots }, (_, index) => runOnRoot(index)));
const sum = (what: 'cycles' | 'jobs' | 'attempts') => reports.reduce((total, each) => total + each[what], 0);
console.log(
  `${sum('cycles')} cycles, ${sum('jobs')} jobs, ${sum('attempts')} attempts in ${secondsSince(cyclesStartedAt)} s, with all before in ${secondsSince(startedAt)} s`,
);
if (hasFailed) {
  process.exitCode = 1;
} else {
  console.log('0 lost, 0 doubled, 0 orphans, 0 stale locks, 0 integrity errors');
  fs.rmSync(root, { recursive: true });
}

/** Each data root has its own seed, so that it can be repeated alone. The first failure stops the others. */
async function runOnRoot(index: number) {
  const ownSeed = seed + index;
  const ownRoot = path.join(root, `server-${ownSeed}`);
  const report = await runChaos({
    root: ownRoot,
    seed: ownSeed,
    cycles: Math.ceil((cycles - index) / roots),
    goesOn: () => !hasFailed && !isTimeUp(),
    onCycle: (cycle, facts) => console.log(`seed ${ownSeed}, cycle ${cycle}: ${facts}`),
  });
  if (report.problems.length === 0) return report;
  hasFailed = true;
  const said = fs.readFileSync(serverLogFile(ownRoot), 'utf8').split('\n').slice(-30);
  console.error(
    [
      `\nSeed ${ownSeed}, cycle ${report.cycles} found:`,
      ...report.problems.slice(0, 30),
      '\nServer:',
      ...said,
      `\nRepeat: npm run chaos -- --seed ${ownSeed} --cycles ${report.cycles} --roots 1`,
      `Evidence: ${ownRoot}`,
    ].join('\n'),
  );
  return report;
}

function secondsSince(at: number): string {
  return ((Date.now() - at) / 1000).toFixed(0);
}

/** Kills a server with a hundred schedules. */
async function runSchedules() {
  const schedulesAt = Date.now();
  const times = await runScheduleChaos({
    root: path.join(root, 'schedules'),
    seed,
    cycles: Math.min(cycles, 200),
    schedules: 100,
    factor: 8,
  });
  const dueTimes = Object.values(times.ticks).reduce((total, each) => total + each, 0);
  console.log(
    `schedules: ${times.cycles} kills, ${dueTimes} due times, ${JSON.stringify(times.ticks)}, ${times.madeUp} made up, ${times.jobs} jobs in ${secondsSince(schedulesAt)} s`,
  );
  if (times.problems.length > 0) {
    console.error(
      `\nThe schedules' cycle ${times.cycles} found:\n${times.problems.slice(0, 10).join('\n')}\nEvidence: ${root}`,
    );
    process.exit(1);
  }
}

/** Kills a server in backups, restore tests, restores and vacuums. */
async function runStorage(storageCycles: number) {
  const storageAt = Date.now();
  const onCycle = (cycle: number, facts: string) =>
    values.suite === 'storage' && console.log(`cycle ${cycle}: ${facts}`);
  const report = await runStorageChaos({
    root: path.join(root, 'storage'),
    seed,
    cycles: storageCycles,
    onCycle,
  });
  console.log(
    `storage: ${report.cycles} kills, ${JSON.stringify(report.kills)}, ${report.restored} restored in ${secondsSince(storageAt)} s`,
  );
  if (report.problems.length > 0) {
    console.error(
      `\nThe storage's cycle ${report.cycles} found:\n${report.problems.slice(0, 10).join('\n')}\nEvidence: ${root}`,
    );
    process.exit(1);
  }
}

/** Kills a server amid the deliveries of webhooks. */
async function runWebhooks(kills: number, events: number) {
  const webhooksAt = Date.now();
  const onCycle = (cycle: number, facts: string) =>
    values.suite === 'webhooks' && console.log(`cycle ${cycle}: ${facts}`);
  const given = { root: path.join(root, 'webhooks'), seed, kills, events, errorsOfHundred: 10, onCycle };
  const report = await runWebhookChaos(given);
  const { requests, errors, duplicates, amid } = report;
  console.log(
    `webhooks: ${report.events} events, ${report.kills} kills, ${amid} of them at a request, ${requests} requests, ${errors} errors, ${duplicates} duplicates in ${secondsSince(webhooksAt)} s`,
  );
  if (report.problems.length > 0) {
    console.error(
      `\nThe webhooks' cycle ${report.kills} found:\n${report.problems.slice(0, 10).join('\n')}\nEvidence: ${root}`,
    );
    process.exit(1);
  }
}
