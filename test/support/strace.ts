// Runs a compiled script and kills it with SIGKILL right before its n-th system call of a kind, where strace can do that.
import '../support/plain-children.ts';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { childEnvironment, type Config, packageRoot } from '../../src/config.ts';

/** What changes folders and makes changes last. */
export const stepCalls = 'rename,link,linkat,mkdir,rmdir,unlink,unlinkat,fsync,fdatasync';

export const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** False when the script ended by itself, having made fewer such calls. */
export async function killAtCall(
  config: Config,
  script: string,
  args: Record<string, unknown>,
  { jobId, call, calls = stepCalls }: { jobId: string; call: number; calls?: string },
): Promise<boolean> {
  const inject = [
    '-o',
    '/dev/null',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:signal=KILL:when=${call}`,
  ];
  const file = path.join(packageRoot, 'dist/scripts', `${script}.js`);
  const child = spawn('strace', [...inject, process.execPath, file], {
    env: childEnvironment(config, { CHL_JOB: `${jobId}.1` }),
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.stdin?.on('error', () => {});
  child.stdin?.end(JSON.stringify(args));
  const [, signal] = await once(child, 'exit');
  return signal === 'SIGKILL';
}
