// Compares processes with jobs while both change. A mismatch counts only if it persists.
import { setTimeout as after } from 'node:timers/promises';
import type { Config } from '../../src/core/config.ts';
import { findMarkedProcesses } from '../../src/runner/processes.ts';
import { readRunning } from './repository.ts';

/** A job has no process before its first one starts, and between its last process and its recorded end. */
const settleMs = 5000;
const pollMs = 50;

/** Returns processes without a running job, and running jobs without a process. */
export async function findStrays(config: Config): Promise<string[]> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    const problems = [...findProcessesWithoutJob(config), ...findJobsWithoutProcess(config)];
    if (problems.length === 0 || performance.now() > deadline) return problems;
    await after(pollMs);
  }
}

/** A process seen both before and after reading the jobs must belong to a running job. */
function findProcessesWithoutJob(config: Config): string[] {
  const before = new Set(findMarkedProcesses(config.root).map(({ pid, marker }) => `${pid} ${marker}`));
  const running = new Set(readRunning(config).map(({ id, attempt }) => `${id}.${attempt}`));
  return findMarkedProcesses(config.root)
    .filter(({ pid, marker }) => before.has(`${pid} ${marker}`) && !running.has(marker))
    .map(({ pid, marker }) => `process ${pid} of ${marker} is alive, and that attempt is not running`);
}

function findJobsWithoutProcess(config: Config): string[] {
  const before = new Set(readRunning(config).map(({ id, attempt }) => `${id}.${attempt}`));
  const alive = new Set(findMarkedProcesses(config.root).map(({ marker }) => marker));
  return readRunning(config)
    .filter(({ id, attempt }) => before.has(`${id}.${attempt}`) && !alive.has(`${id}.${attempt}`))
    .map(({ number, attempt }) => `job #${number} is running (attempt ${attempt}) without a process`);
}
