// Runs a compiled script as the runner does: arguments on stdin, messages on descriptor 3, a running job.
import './plain-children.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { checkArguments } from '../../src/core/check-arguments.ts';
import { childEnvironment, type Config, packageRoot } from '../../src/core/config.ts';
import { prepareOps } from '../../src/core/db/ops.ts';
import type { ArgumentSchema } from '../../src/core/operation.ts';
import {
  type FailureMessage,
  parseMessage,
  type ProgressMessage,
  type ResultMessage,
  type RowMessage,
  type ScriptMessage,
} from '../../src/jobs/protocol.ts';
import { exportOperation } from '../../src/exports/export-operation.ts';
import { removeOperation } from '../../src/removal/remove-operation.ts';
import { restoreOperation } from '../../src/restore/restore-operation.ts';
import { importOperation } from '../../src/sheets/import-operation.ts';
import { undoOperation } from '../../src/undo/undo-operation.ts';

type ScriptRun = {
  code: number | null;
  signal: NodeJS.Signals | null;
  jobId: string;
  result: Record<string, unknown> | null;
  failure: { message: string; detail?: Record<string, unknown> | undefined } | null;
  rows: RowMessage[];
  progress: ProgressMessage[];
  stdout: string;
  stderr: string;
};

type OnMessage = (message: ScriptMessage, child: ChildProcess) => void | Promise<void>;

/** Runs the script for a running job, with arguments as the server records them. `onMessage` receives each message when it
 *  arrives, and may act on the child. */
export async function runScript(
  config: Config,
  name: string,
  args: Record<string, unknown> = {},
  onMessage: OnMessage = () => {},
  jobId = addRunningJob(config, name, args),
): Promise<ScriptRun> {
  const schema = schemas[name];
  return run(config, name, schema ? checkArguments(schema, args) : args, onMessage, jobId);
}

/** Starts the script by hand: without a job, with unchecked arguments. */
export function runByHand(config: Config, name: string, args: Record<string, unknown>): Promise<ScriptRun> {
  return run(config, name, args, () => {}, '');
}

const schemas: Record<string, ArgumentSchema> = {
  import: importOperation.args,
  export: exportOperation.args,
  undo: undoOperation.args,
  restore: restoreOperation.args,
  remove: removeOperation.args,
};

async function run(
  config: Config,
  name: string,
  args: Record<string, unknown>,
  onMessage: OnMessage,
  jobId: string,
): Promise<ScriptRun> {
  const child = spawn(process.execPath, [path.join(packageRoot, 'dist/scripts', `${name}.js`)], {
    env: childEnvironment(config, {
      CHL_MESSAGE_FD: '3',
      ...(jobId === '' ? {} : { CHL_JOB: `${jobId}.1` }),
    }),
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<Pick<ScriptRun, 'code' | 'signal'>>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  child.stdin?.end(JSON.stringify(args));
  const [messages, stdout, stderr, end] = await Promise.all([
    readMessages(child.stdio[3] as Readable, (message) => onMessage(message, child)),
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    ended,
  ]);
  const ofType = <T extends ScriptMessage>(type: T['type']) =>
    messages.filter((one): one is T => one.type === type);
  return {
    ...end,
    jobId,
    result: ofType<ResultMessage>('result')[0]?.data ?? null,
    failure: ofType<FailureMessage>('failure')[0] ?? null,
    rows: ofType<RowMessage>('row'),
    progress: ofType<ProgressMessage>('progress'),
    stdout,
    stderr,
  };
}

/** Adds a job whose first attempt is running, as the fence of a script requires; returns its id. */
export function addRunningJob(config: Config, operation: string, args: Record<string, unknown> = {}): string {
  const id = randomUUID();
  const ops = prepareOps(config.opsDatabasePath);
  ops
    .prepare(
      `INSERT INTO job (id, operation, status, mode, requested_by, args, attempt, created_at)
        VALUES (?, ?, 'running', 'scripts', 'test', ?, 1, ?)`,
    )
    .run(id, operation, JSON.stringify(args), new Date().toISOString());
  ops.close();
  return id;
}

/** Runs the script for a job that then has succeeded, or not; `number` is that of the job. */
export async function runJob(config: Config, name: string, args: Record<string, unknown> = {}) {
  const run = await runScript(config, name, args);
  const ops = prepareOps(config.opsDatabasePath);
  const number = ops
    .prepare('UPDATE job SET status = ?, result = ? WHERE id = ? RETURNING number')
    .pluck()
    .get(run.code === 0 ? 'succeeded' : 'failed', JSON.stringify(run.result), run.jobId) as number;
  ops.close();
  return { ...run, number: String(number) };
}

async function readMessages(stream: Readable, onMessage: (message: ScriptMessage) => void | Promise<void>) {
  const messages: ScriptMessage[] = [];
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = parseMessage(line);
      if (!message) throw new Error(`Not a message: ${line}`);
      messages.push(message);
      await onMessage(message);
    }
  }
  return messages;
}
