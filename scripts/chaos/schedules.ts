// The chaos of schedules: a server with a hundred schedules and a fast clock is killed again and again. No due time may
// have two jobs, and none may be without a tick.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';
import type { Config } from '../../src/core/config.ts';
import { createRandom } from '../random.ts';
import { createFastClock, type FastClock } from './fast-clock.ts';
import { addSchedules, rareMinutes, readDueTimes } from './schedule-ticks-repository.ts';
import { chaosConfig, type ServerProcess, startServer } from './server-process.ts';

type Options = {
  root: string;
  seed: number;
  cycles: number;
  schedules: number;
  /** Seconds of its clock in one real second. */
  factor: number;
  onCycle?(cycle: number, facts: string): void;
};
type Report = {
  cycles: number;
  /** By outcome. */
  ticks: Record<string, number>;
  madeUp: number;
  jobs: number;
  problems: string[];
};

const minuteMs = 60_000;
const lifeMaxMs = 2500;
/** One of so many stops takes up to `stopMaxMinutes` of the clock. */
const longStops = 8;
const stopMaxMinutes = 15;
const quietMaxMs = 120_000;
const noop = { CHL_OPERATIONS_MODE: 'noop' };

/** Stops at the first cycle with a problem. Leaves no server running. */
export async function runScheduleChaos(options: Options): Promise<Report> {
  const { root, seed, cycles, schedules, factor, onCycle = () => {} } = options;
  fs.mkdirSync(root, { recursive: true });
  const config = chaosConfig(root);
  const clock = createFastClock(new Date('2026-11-29T12:00:00Z'), factor);
  addSchedules(config, schedules, clock.now());
  const random = createRandom(createHash('sha256').update(`${seed}`).digest().readUInt32LE());
  let problems: string[] = [];
  let cycle = 0;
  while (cycle < cycles && problems.length === 0) {
    cycle += 1;
    const lifeMs = random(lifeMaxMs);
    const waits = random(4) > 0;
    if (random(longStops) === 0) clock.skip(random(stopMaxMinutes) * minuteMs);
    if (random(2) === 0) approach(clock, minuteMs, random(lifeMaxMs) * factor);
    problems = await runCycle(config, clock, { lifeMs, waits });
    onCycle(cycle, `killed ${lifeMs} ms after its ${waits ? 'first answer' : 'start'}`);
  }
  if (problems.length === 0) problems = await runToQuiet(config, clock);
  const { outcomes, madeUp, jobs } = readDueTimes(config);
  return { cycles: cycle, ticks: outcomes, madeUp, jobs, problems };
}

/** Sets the clock forward, so that a minute, or another span, begins after `aheadMs`: the next life has due times to decide
 *  in time. The life after it may find the rest of them, still in time. */
function approach(clock: FastClock, spanMs: number, aheadMs: number) {
  const now = clock.now().getTime();
  clock.skip(Math.ceil((now + aheadMs) / spanMs) * spanMs - aheadMs - now);
}

async function runCycle(
  config: Config,
  clock: FastClock,
  { lifeMs, waits }: { lifeMs: number; waits: boolean },
): Promise<string[]> {
  const server = start(config, clock);
  if (waits) await server.ready;
  await after(lifeMs);
  server.signal('SIGKILL');
  const { code, signal } = await server.exited;
  const ended = signal === 'SIGKILL' ? [] : [`the server ended by itself: ${signal ?? `exit code ${code}`}`];
  return [...ended, ...readDueTimes(config).problems];
}

/** Every due time up to now is decided, and the server stops gracefully. */
async function runToQuiet(config: Config, clock: FastClock): Promise<string[]> {
  approach(clock, rareMinutes * minuteMs, 0);
  const until = new Date(Math.floor(clock.now().getTime() / minuteMs) * minuteMs);
  const server = start(config, clock);
  if ((await server.ready) === null) return ['the server did not start again'];
  const deadline = performance.now() + quietMaxMs;
  while (readDueTimes(config).decidedUntil < until.toISOString()) {
    if (performance.now() > deadline) return kill(server, 'due times are not decided');
    await after(200);
  }
  server.signal('SIGTERM');
  const { code, signal } = await server.exited;
  const ended = code === 0 ? [] : [`the graceful stop ended with ${signal ?? code}`];
  return [...ended, ...readDueTimes(config).problems];
}

function start(config: Config, clock: FastClock): ServerProcess {
  return startServer(config, noop, { script: 'schedule-server', args: clock.arguments() });
}

function kill(server: ServerProcess, problem: string): string[] {
  server.signal('SIGKILL');
  return [problem];
}
