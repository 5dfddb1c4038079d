// Processes against jobs, while both keep changing: a stray is only what stays one.
import { setTimeout as after } from 'node:timers/promises';
import type { Config } from '../../src/core/config.ts';
import { findMarkedProcesses } from '../../src/runner/processes.ts';
import { readRunning } from './repository.ts';

/** A job may be seen between its last process and its recorded end, and before its first process. */
const settleMs = 5000;
const pollMs = 50;

/** Processes without a running job, and jobs that run without a process. */
export async function findStrays(config: Config): Promise<string[]> {
  const deadline = performance.now() + settleMs;
  for (;;) {
    const problems = [...findProcessesWithoutJob(config), ...findJobsWithoutProcess(config)];
    if (problems.length === 0 || performance.now() > deadline) return problems;
    await after(pollMs);
  }
}

/** What is there before and after the jobs are read belongs to a job that was running in between. */
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
