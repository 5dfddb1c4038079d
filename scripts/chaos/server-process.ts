// Starts, kills and stops the chaos server in a separate process.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { childEnvironment, type Config, packageRoot, readConfig } from '../../src/core/config.ts';
import { endWithUs } from '../end-with-us.ts';

export type ServerProcess = {
  /** The address; null when the server ended before it listened. */
  ready: Promise<string | null>;
  /** The exit code or signal. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  signal(name: NodeJS.Signals): void;
};

/** Short limits: every child ends within seconds. */
const settings = {
  CHL_PORT: '0',
  CHL_WORKERS: '0',
  CHL_KILL_GRACE_SEC: '1',
  CHL_OPERATIONS_TIMEOUT_SEC: '3',
  CHL_JOB_LOG_MAX_MB: '1',
  CHL_LOG_LEVEL: 'warn',
};

export function chaosConfig(root: string): Config {
  return readConfig({ CHL_EXPERIENCE_ROOT: root, ...settings }, root);
}

export const serverLogFile = (root: string) => path.join(root, 'server-output.txt');

/** `more` is added to the server's environment. `script`: of this folder. The server ends with this process. */
export function startServer(
  config: Config,
  more: Record<string, string> = {},
  { script = 'server', args = [] }: { script?: string; args?: string[] } = {},
): ServerProcess {
  const log = fs.openSync(serverLogFile(config.root), 'a', 0o600);
  const file = path.join(packageRoot, 'dist/scripts/chaos', `${script}.js`);
  const child = spawn(process.execPath, [file, ...args], {
    cwd: config.root,
    env: childEnvironment(config, { ...settings, ...more }),
    stdio: ['ignore', log, log, 'pipe'],
  });
  fs.closeSync(log);
  endWithUs(child);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, name) => resolve({ code, signal: name }));
  });
  const address = new Promise<string>((resolve) => {
    (child.stdio[3] as Readable).setEncoding('utf8').once('data', (line: string) => resolve(line.trim()));
  });
  return {
    ready: Promise.race([address, exited.then(() => null)]),
    exited,
    signal: (name) => void child.kill(name),
  };
}
