// The chaos of storage: a server is killed in the middle of backups, restore tests, restores and vacuums. After the next start
// no set is half, no temporary folder is left, and the library is what it was, or restored as a whole.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import type { Config } from '../../src/core/config.ts';
import { createRandom, pick } from '../random.ts';
import { readState } from './repository.ts';
import { chaosConfig, type ServerProcess, startServer } from './server-process.ts';
import { seedSheets } from './sheets.ts';
import { findLeftovers, hashLibrary, keepBackup } from './storage-state.ts';
import { findStrays } from './strays.ts';

type Options = { root: string; seed: number; cycles: number; onCycle?(cycle: number, facts: string): void };

/** `kills`: how often each operation was running, or was to run, when the server was killed. */
type Report = { cycles: number; kills: Record<string, number>; restored: number; problems: string[] };

const operations = ['backup', 'drill', 'restore', 'vacuum'] as const;
type Name = (typeof operations)[number];

/** About as long as the slowest of them takes, with the start of its process. */
const lifeMaxMs = 1500;
const quietMaxMs = 30_000;
const pollMs = 50;

/** The library as the backup has it, and as a later import has left it. `backup`: the set that restores take. */
type Stage = { config: Config; backup: string; before: string; after: string };

/** Stops at the first cycle with a problem. Leaves no server running. */
export async function runStorageChaos({ root, seed, cycles, onCycle = () => {} }: Options): Promise<Report> {
  fs.mkdirSync(root, { recursive: true });
  const config = chaosConfig(root);
  const random = createRandom(createHash('sha256').update(`${seed}`).digest().readUInt32LE());
  const stage = await prepare(config);
  const report: Report = { cycles: 0, kills: {}, restored: 0, problems: [] };
  while (report.cycles < cycles && report.problems.length === 0) {
    report.cycles += 1;
    const name = pick(random, operations);
    report.kills[name] = (report.kills[name] ?? 0) + 1;
    const lifeMs = random(lifeMaxMs);
    report.problems.push(...(await runCycle(stage, name, lifeMs)));
    if (name === 'restore' && hashLibrary(config) === stage.before) report.restored += 1;
    onCycle(report.cycles, `${name} killed after ${lifeMs} ms`);
  }
  if (report.problems.length === 0) report.problems.push(...(await runToQuiet(stage)));
  return report;
}

/** Imports, makes the index and a backup, proves it, and changes the library once more. */
async function prepare(config: Config): Promise<Stage> {
  seedSheets(config);
  const { server, url } = await start(config);
  await run(url, 'import', imported('published'));
  await run(url, 'index', {});
  const before = hashLibrary(config);
  const { result } = await run(url, 'backup', {});
  const backup = String(result?.backup);
  keepBackup(config, backup);
  await run(url, 'drill', {});
  await run(url, 'import', imported('other'));
  const stage = { config, backup, before, after: hashLibrary(config) };
  if (stage.before === stage.after) throw new Error('Both sheets have the same rows.');
  await kill(server);
  return stage;
}

const imported = (sheet: string) => ({ path: `sheets/${sheet}`, allow_removals: true });

/** The operation that is started, and its arguments. */
function requestOf(name: Name, backup: string): [operation: string, args: Record<string, unknown>] {
  if (name === 'vacuum') return ['database', { database: 'library', do: 'vacuum' }];
  if (name === 'restore') return ['restore', { backup, allow_changed: true }];
  return [name, {}];
}

async function runCycle(stage: Stage, name: Name, lifeMs: number): Promise<string[]> {
  const { server, url } = await start(stage.config);
  const problems = await look(stage);
  if (problems.length > 0) return killed(server, problems);
  // A restore that finds nothing to put back proves nothing.
  if (name === 'restore' && hashLibrary(stage.config) === stage.before)
    await run(url, 'import', imported('other'));
  await submit(url, ...requestOf(name, stage.backup));
  await after(lifeMs);
  return killed(server, []);
}

/** Waits for the end of the jobs that the start has taken up again. */
async function look({ config, before, after: changed }: Stage): Promise<string[]> {
  const deadline = performance.now() + quietMaxMs;
  for (;;) {
    const { jobs, damage, brokenChain } = readState(config);
    const active = jobs.filter(({ status }) => ['queued', 'running', 'retrying'].includes(status));
    if (active.length > 0) {
      if (performance.now() > deadline) return [`jobs do not end: ${JSON.stringify(active)}`];
      await after(pollMs);
      continue;
    }
    const isKnown = [before, changed].includes(hashLibrary(config));
    const library = isKnown ? [] : ['the library is neither as it was nor restored'];
    return [...damage, ...brokenChain, ...library, ...(await untilTidy(config))];
  }
}

/** The server removes folders and looks at the files of backups just after the end of their job. */
async function untilTidy(config: Config): Promise<string[]> {
  const deadline = performance.now() + 5000;
  for (;;) {
    const left = await findLeftovers(config);
    if (left.length === 0 || performance.now() > deadline) return left;
    await after(pollMs);
  }
}

/** Every operation still works, and the server stops gracefully. */
async function runToQuiet(stage: Stage): Promise<string[]> {
  const { server, url } = await start(stage.config);
  const problems = await look(stage);
  for (const name of operations) await run(url, ...requestOf(name, stage.backup));
  if (hashLibrary(stage.config) !== stage.before) problems.push('the last restore has not put back all rows');
  problems.push(...(await look(stage)));
  server.signal('SIGTERM');
  const { code, signal } = await server.exited;
  if (code !== 0) problems.push(`the graceful stop ended with ${signal ?? code}`);
  return [...problems, ...(await findStrays(stage.config))];
}

async function start(config: Config): Promise<{ server: ServerProcess; url: string }> {
  const server = startServer(config, {}, { script: 'storage-server' });
  const url = await server.ready;
  if (url === null) throw new Error('The server did not start.');
  return { server, url };
}

async function kill(server: ServerProcess): Promise<string[]> {
  server.signal('SIGKILL');
  const { code, signal } = await server.exited;
  return signal === 'SIGKILL' ? [] : [`the server ended by itself: ${signal ?? `exit code ${code}`}`];
}

async function killed(server: ServerProcess, problems: string[]): Promise<string[]> {
  return [...problems, ...(await kill(server))];
}

type Job = { number: number; status: string; result: Record<string, unknown> | null };

async function submit(url: string, operation: string, args: Record<string, unknown>): Promise<number> {
  const body = JSON.stringify({ args, confirm: operation, reason: 'chaos of storage' });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/api/v1/operations/${operation}`, { method: 'POST', headers, body });
  const answered = (await answer.json()) as Job;
  if (answer.status === 202) return answered.number;
  throw new Error(`${operation} was answered with ${answer.status}: ${JSON.stringify(answered)}`);
}

/** Returns the job when it has ended. Throws unless it has succeeded. */
async function run(url: string, operation: string, args: Record<string, unknown>): Promise<Job> {
  const number = await submit(url, operation, args);
  for (;;) {
    const job = (await (await fetch(`${url}/api/v1/operations/jobs/${number}`)).json()) as Job;
    if (job.status === 'succeeded') return job;
    if (['failed', 'cancelled'].includes(job.status))
      throw new Error(`${operation} #${number} has ${job.status}: ${JSON.stringify(job)}`);
    await after(pollMs);
  }
}
