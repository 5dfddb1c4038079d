// Runs the command line on the data root of a test: in a separate process, as people do, or much faster in this process.
import './plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import type { Test } from 'tap';
import { runCli } from '../../src/cli/main.ts';
import { packageRoot } from '../../src/core/config.ts';
import { openDatabase } from '../../src/core/db/open.ts';
import { makeFolder } from './folder.ts';

export type Ended = { code: number | null; out: string; err: string };

type CommandLine = {
  child: ChildProcess;
  ended: Promise<Ended>;
  /** Resolves when stdout matches; rejects when the process ends first. */
  prints(words: RegExp): Promise<void>;
};

const cli = path.join(packageRoot, 'dist/src/cli.js');

export function startCommand(root: string, words: string[], env: Record<string, string> = {}): CommandLine {
  const child = spawn(process.execPath, [cli, ...words], {
    cwd: root,
    env: { PATH: process.env.PATH ?? '', ...environmentOf(root), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  child.stdout?.on('data', (chunk) => {
    printed += chunk;
  });
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const err = text(child.stderr as Readable);
  return {
    child,
    ended: Promise.all([code, err]).then(([end, words]) => ({ code: end, out: printed, err: words })),
    prints: (words) =>
      new Promise((resolve, reject) => {
        const look = () => words.test(printed) && resolve();
        child.stdout?.on('data', look);
        child.once('close', () => reject(new Error(`it ended without ${words}: ${printed}`)));
        look();
      }),
  };
}

export function runCommand(root: string, words: string[], env: Record<string, string> = {}): Promise<Ended> {
  return startCommand(root, words, env).ended;
}

/** Runs a command in this process; only one root at a time, because a process has one environment. */
export async function runHere(
  root: string,
  words: string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const before = { ...process.env };
  Object.assign(process.env, environmentOf(root), env);
  const written = { out: [] as Buffer[], err: [] as Buffer[] };
  const into = (pieces: Buffer[]) => ({
    isTTY: false,
    columns: 80,
    write: (piece: string | Uint8Array) => pieces.push(Buffer.from(piece as string)) > 0,
  });
  try {
    const code = await runCli(words, into(written.out), into(written.err));
    return { code, out: String(Buffer.concat(written.out)), err: String(Buffer.concat(written.err)) };
  } finally {
    process.env = before;
  }
}

function environmentOf(root: string) {
  return { CHL_EXPERIENCE_ROOT: root, CHL_KILL_GRACE_SEC: '1' };
}

/** Writes custom operations that end in each way, as shell scripts. */
export function writeBehaviours(root: string) {
  const define = (name: string, script: string, more = '') =>
    `  - { name: ${name}, title: Chore, summary: A chore., command: [sh, -c, ${JSON.stringify(script)}]${more} }`;
  const lines = [
    define('works', 'echo working; echo done; printf \'{"type":"result","data":{"rows":3}}\\n\' >&3'),
    define('fails', 'echo it fails >&2; exit 3'),
    define('refuses', 'printf \'{"type":"failure","message":"Row 7 is wrong."}\\n\' >&3; exit 65'),
    define('comes-later', '[ -e tried ] || { touch tried; exit 75; }', ', retries: { max_attempts: 2 }'),
    define('sleeps', 'echo asleep; exec sleep 600', ', locks: { exclusive: [library] }'),
    define(
      'takes',
      'cat',
      ', args: { since: { type: string, format: date }, loud: { type: boolean, default: true } }',
    ),
    define('wipes', 'true', ', danger: destructive'),
  ];
  fs.writeFileSync(path.join(root, 'operations.yaml'), `operations:\n${lines.join('\n')}\n`, { mode: 0o600 });
}

export function makeRootWithBehaviours(t: Test): string {
  const root = makeFolder(t);
  writeBehaviours(root);
  return root;
}

/** Queries ops.db on another connection. */
export function queryOps(root: string, sql: string): Record<string, unknown>[] {
  const ops = openDatabase(path.join(root, 'ops.db'), { busyMs: 1000, readonly: true });
  try {
    return ops.prepare(sql).all() as Record<string, unknown>[];
  } finally {
    ops.close();
  }
}
