// Processes of a bench: one that communicates over IPC, a server on a separate data root, and the processor time of both.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { childEnvironment, packageRoot, readConfig } from '../../src/core/config.ts';
import { endWithUs } from '../end-with-us.ts';
import { readAddress } from './start.ts';

const clockTicksPerSec = 100;

/** Starts a compiled script of this folder; `ask` sends a message and returns the answer. */
export function startTalker(script: string, args: string[]) {
  const child = fork(path.join(import.meta.dirname, script), args);
  const next = async (): Promise<any> => (await once(child, 'message'))[0];
  return {
    pid: child.pid ?? 0,
    next,
    ask(message: object): Promise<any> {
      const answer = next();
      child.send(message);
      return answer;
    },
    end: () => child.disconnect(),
  };
}

/** User and system time in seconds since the process started (proc(5), fields 14 and 15). */
export function processorSec(pid: number): number {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / clockTicksPerSec;
}

type Probed = { stallMs: number; rssBytes: number; peakBytes: number };

/** Starts the server as users do; settles when it listens. `probe`: its longest stall since the last call, and its memory. */
export async function startServer(root: string, env: Record<string, string> = {}) {
  const config = readConfig({ CHL_EXPERIENCE_ROOT: root, CHL_PORT: '0' }, '/');
  const compiled = (file: string) => path.join(packageRoot, 'dist', file);
  const argv = ['--import', compiled('scripts/bench/server-probe.js'), compiled('src/main.js')];
  const child = spawn(process.execPath, argv, {
    env: childEnvironment(config, { CHL_PORT: '0', CHL_LOG_LEVEL: 'warn', ...env }),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  endWithUs(child);
  const exited = once(child, 'exit');
  const origin = await readAddress(child);
  child.stderr?.resume();
  const probe = async (): Promise<Probed> => {
    child.send('probe');
    return (await once(child, 'message'))[0];
  };
  const end = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  return { origin, pid: child.pid ?? 0, probe, end };
}

/** Starts a job with its default arguments. */
export async function postJson(address: string): Promise<{ number: number }> {
  const answer = await fetch(address, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (answer.status !== 202) throw new Error(`${address} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as { number: number };
}
