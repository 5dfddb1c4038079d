// Runs a compiled script as the runner does: arguments on stdin, messages from descriptor 3, one attempt of one job.
import './plain-children.ts';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { prepareOps } from '../../src/db/ops.ts';
import type { ScriptMessage } from '../../src/runner/protocol.ts';

export type ScriptRun = {
  code: number | null;
  messages: ScriptMessage[];
  /** Of the message `result`. */
  result: Record<string, unknown> | undefined;
  stderr: string;
};

/** A running job in ops.db, so that the script's fence lets it write; gives its id. */
export function addRunningJob(root: string, operation: string): string {
  const id = `job-${++jobs}`;
  const ops = prepareOps(path.join(root, 'ops.db'));
  ops
    .prepare(
      `INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at)
       VALUES (?, ?, 'running', 'scripts', 'test', '{}', 1, '2026-01-01T00:00:00.000Z')`,
    )
    .run(id, operation);
  ops.close();
  return id;
}

let jobs = 0;

/** `name` as in scripts/<name>.ts; attempt 1 of `jobId`, by default of a job made for this run. */
export async function runScriptFile(
  name: string,
  root: string,
  args: Record<string, unknown> = {},
  jobId = addRunningJob(root, name),
): Promise<ScriptRun> {
  const file = fileURLToPath(new URL(`../../scripts/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [file], {
    cwd: root,
    env: { CHL_EXPERIENCE_ROOT: root, CHL_JOB: `${jobId}.1`, CHL_MESSAGE_FD: '3' },
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  });
  const exit = new Promise<number | null>((resolve) => child.once('close', resolve));
  child.stdin?.end(JSON.stringify(args));
  const [code, stderr, lines] = await Promise.all([
    exit,
    text(child.stderr as Readable),
    text(child.stdio[3] as Readable),
  ]);
  const messages = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as ScriptMessage);
  const result = messages.find((message) => message.type === 'result')?.data;
  return { code, messages, result, stderr };
}
