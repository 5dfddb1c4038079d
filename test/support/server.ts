// The server as a process of its own, as people start it.
import './plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import type { Test } from 'tap';
import { packageRoot } from '../../src/core/config.ts';

export const mainFile = path.join(packageRoot, 'dist/src/main.js');

export type Environment = Record<string, string>;

/** The data root is `data` in `root`. */
export function serverEnvironment(root: string, more: Environment = {}): Environment {
  return {
    PATH: process.env.PATH ?? '',
    CHL_EXPERIENCE_ROOT: path.join(root, 'data'),
    CHL_PORT: '0',
    CHL_WORKERS: '0',
    ...more,
  };
}

/** Starts a server and waits until it is ready; it ends with the test. */
export async function startServer(
  t: Test,
  root: string,
  more: Environment = {},
): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [mainFile], { cwd: root, env: serverEnvironment(root, more) });
  t.teardown(() => child.kill('SIGKILL'));
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the server ended: ${printed}`)));
    child.stderr.on('data', (chunk) => {
      printed += chunk;
      const found = /ready: (http:\/\/\S+)\/operations/.exec(printed);
      if (found?.[1]) resolve(found[1]);
    });
  });
  return { child, url };
}
