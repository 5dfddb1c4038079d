// A Redis of a test, on a free port of loopback, and remote workers of it.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import type { Test } from 'tap';
import { packageRoot, readConfig, searchPath } from '../../src/core/config.ts';
import { hostTimes, runRemoteHost } from '../../src/embedding/remote-host.ts';
import { makeFolder } from './folder.ts';
import { until } from './until.ts';

/** Why no test here can have a Redis; false when it can. */
export const skipsRedis = findProgram('redis-server')
  ? false
  : 'redis-server is not installed: apt-get install redis-server';

export const password = 'a-password-of-redis';

export function findProgram(name: string): string | undefined {
  const folders = [...searchPath, '/usr/sbin', '/sbin'];
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

/** Ends with this process, also when that is killed. */
const setpriv = findProgram('setpriv');
const guard = setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];

/** `options`: arguments of redis-server, e.g. `--maxmemory-policy allkeys-lru`. */
export async function startRedis(t: Pick<Test, 'teardown'>, options: string[] = []) {
  const folder = makeFolder(t);
  const port = await freePort();
  let child = run();
  t.teardown(() => child.kill('SIGKILL'));
  await until(() => canConnect(port));
  return {
    port,
    folder,
    address: `redis://:${password}@127.0.0.1:${port}`,
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
    async startAgain() {
      child = run();
      await until(() => canConnect(port));
    },
    /** Sends one command over a connection of its own, and returns the answer as it comes. */
    send: (...command: string[]) => send(port, command),
  };

  function run(): ChildProcess {
    const fixed = ['--bind', '127.0.0.1', '--port', String(port), '--save', '', '--dir', folder];
    const [program = '', ...args] = [
      ...guard,
      'redis-server',
      ...fixed,
      '--requirepass',
      password,
      ...options,
    ];
    return spawn(program, args, { stdio: 'ignore' });
  }
}

/** Works in this process until the end of the test, or until it is stopped. */
export function startRemote(
  t: Pick<Test, 'teardown'>,
  address: string,
  environment: Record<string, string> = {},
) {
  const lines: string[] = [];
  const stopping = new AbortController();
  const { embedding, embeddingQueue } = readConfig({ CHL_EMBEDDING_QUEUE: address, ...environment }, '/');
  const ended = runRemoteHost({
    config: { embedding, embeddingQueue },
    times: { ...hostTimes, beatMs: 200, quitMs: 200 },
    options: { retryMs: [1] },
    report: (line) => void lines.push(line),
    stopping: stopping.signal,
  });
  const stop = async () => {
    stopping.abort();
    await ended;
  };
  t.teardown(stop);
  return { lines, stop };
}

/** Works as `npm run worker -- --remote` does, in a process of its own. */
export function spawnRemote(
  t: Pick<Test, 'teardown'>,
  cwd: string,
  environment: Record<string, string>,
  before: string[] = [],
) {
  const [program = '', ...args] = [
    ...guard,
    ...before,
    process.execPath,
    path.join(packageRoot, 'dist/scripts/worker.js'),
    '--remote',
  ];
  const child = spawn(program, args, {
    cwd,
    env: { PATH: searchPath.join(':'), HOME: cwd, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return { child, output: () => output };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

async function send(port: number, command: string[]): Promise<string> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  const write = (words: string[]) =>
    socket.write(
      `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`,
    );
  write(['AUTH', password]);
  await once(socket, 'data');
  write(command);
  const [answer] = (await once(socket, 'data')) as [string];
  socket.destroy();
  return answer;
}
