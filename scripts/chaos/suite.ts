// The chaos suite: cycles of start, checks, random load and kill -9 on one data root; then a last start in which every job
// ends, and a graceful stop.
import { createHash } from 'node:crypto';
import { setTimeout as after } from 'node:timers/promises';
import type { Config } from '../../src/core/config.ts';
import { createRandom, type Random } from '../random.ts';
import { findMeetings, readAttempts } from './attempts.ts';
import { findProblems } from './checks.ts';
import { loadServer, readLog } from './load.ts';
import { createMemory, type Memory } from './memory.ts';
import { readRunning, readState } from './repository.ts';
import { chaosConfig, type ServerProcess, startServer } from './server-process.ts';
import { seedSheets } from './sheets.ts';
import { findStrays } from './strays.ts';

type ChaosOptions = {
  root: string;
  seed: number;
  cycles: number;
  /** Called before each cycle; false ends the run early. */
  goesOn?(): boolean;
  onCycle?(cycle: number, facts: string): void;
};

/** `problems` were found in the last of the `cycles`; empty when there are none. */
type ChaosReport = { cycles: number; jobs: number; attempts: number; problems: string[] };

/** The server is killed at a random moment: in one of four cycles counted from its start, else from its first answer. */
const startMaxMs = 800;
const lifeMaxMs = 1200;
/** The limit of waiting and running jobs; above it the load creates none. */
const maxActive = 25;
const quietMaxMs = 30_000;
const logsEachCycle = 10;

/** Stops at the first cycle with a problem. Leaves no server running. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { root, seed, cycles, goesOn = () => true, onCycle = () => {} } = options;
  const config = chaosConfig(root);
  const sizes = seedSheets(config);
  const memory = createMemory();
  let cycle = 0;
  while (cycle < cycles && goesOn() && memory.problems.length === 0) {
    cycle += 1;
    onCycle(cycle, await runCycle({ config, sizes, memory, random: randomOf(seed, cycle) }));
  }
  if (memory.problems.length === 0) await runToQuiet({ config, sizes, memory });
  return {
    cycles: cycle,
    jobs: memory.numbers().length,
    attempts: readAttempts(root).filter(({ what }) => what === 'start').length,
    problems: [...memory.problems],
  };
}

type Stage = { config: Config; sizes: number[]; memory: Memory };

/** Hashes the seed, since sequences of consecutive seeds start alike. */
function randomOf(seed: number, cycle: number): Random {
  return createRandom(createHash('sha256').update(`${seed} ${cycle}`).digest().readUInt32LE());
}

async function runCycle({ random, ...stage }: Stage & { random: Random }): Promise<string> {
  const isKilledAtStart = random(4) === 0;
  const lifeMs = random(isKilledAtStart ? startMaxMs : lifeMaxMs);
  const server = startServer(stage.config);
  const url = await (isKilledAtStart ? Promise.race([server.ready, after(lifeMs, null)]) : server.ready);
  if (url === null) {
    await kill(server, stage.memory);
    return `killed ${lifeMs} ms after its start`;
  }
  const active = await check(stage, url);
  const bornAt = performance.now();
  const isOver = () => performance.now() - bornAt >= lifeMs;
  const load = loadServer({ url, random, memory: stage.memory }, maxActive - active, isOver);
  await after(lifeMs);
  await kill(server, stage.memory);
  await load;
  return `${active} jobs waiting or running, killed after ${lifeMs} ms of load`;
}

/** Reports a problem if the server has ended by itself. */
async function kill(server: ServerProcess, memory: Memory) {
  server.signal('SIGKILL');
  const { code, signal } = await server.exited;
  if (signal !== 'SIGKILL')
    memory.problems.push(`the server ended by itself: ${signal ?? `exit code ${code}`}`);
}

/** Every acknowledged job ends, and the server stops gracefully. */
async function runToQuiet({ config, sizes, memory }: Stage) {
  const server = startServer(config);
  const url = await server.ready;
  if (url === null) return void memory.problems.push('the server did not start again');
  const deadline = performance.now() + quietMaxMs;
  while ((await check({ config, sizes, memory }, url)) > 0 && memory.problems.length === 0) {
    if (performance.now() > deadline) {
      memory.problems.push(`jobs do not end: ${JSON.stringify(readRunning(config))}`);
      break;
    }
    await after(100);
  }
  server.signal('SIGTERM');
  const { code, signal } = await server.exited;
  if (code !== 0) memory.problems.push(`the graceful stop ended with ${signal ?? code}`);
  memory.problems.push(...(await findStrays(config)));
}

/** Checks everything while the server runs; returns the number of waiting and running jobs. */
async function check({ config, sizes, memory }: Stage, url: string): Promise<number> {
  const state = readState(config);
  memory.noteState(state);
  memory.problems.push(
    ...findProblems(state, sizes),
    ...findMeetings(readAttempts(config.root)),
    ...(await findStrays(config)),
  );
  const target = { url, random: () => 0, memory };
  for (const number of memory.numbers().slice(-logsEachCycle)) await readLog(target, number);
  return state.jobs.filter(({ status }) => ['queued', 'running', 'retrying'].includes(status)).length;
}
