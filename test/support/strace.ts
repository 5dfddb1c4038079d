// Runs a compiled script, and kills it before its n-th system call of a kind, if strace is available.
import './plain-children.ts';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { childEnvironment, type Config, packageRoot } from '../../src/core/config.ts';

export const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** `calls` are names of system calls, separated by commas; each is counted separately, in the main thread only. Returns
 *  false when the script ended first. */
export async function killAtCall(
  config: Config,
  script: { name: string; args: Record<string, unknown>; jobId: string },
  calls: string,
  call: number,
): Promise<boolean> {
  const inject = [
    '-o',
    '/dev/null',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:signal=KILL:when=${call}`,
  ];
  const file = path.join(packageRoot, 'dist/scripts', `${script.name}.js`);
  const child = spawn('strace', [...inject, process.execPath, file], {
    env: childEnvironment(config, { CHL_JOB: `${script.jobId}.1` }),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // A script that is killed early does not read its arguments.
  child.stdin?.on('error', () => {});
  child.stdin?.end(JSON.stringify(script.args));
  const [, signal] = await once(child, 'exit');
  return signal === 'SIGKILL';
}
