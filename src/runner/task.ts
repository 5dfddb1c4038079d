// One of our scripts as a process that is no job: nothing of it is recorded, and it ends with whoever asked for it.
// Used for checks of what was uploaded, which must be able to fail, hang or eat memory without the server.
import fs from 'node:fs';
import path from 'node:path';
import { type Config, childEnvironment, packageRoot } from '../config.ts';
import { AppError, type ErrorCode } from '../errors.ts';
import { spawnChild } from './child.ts';
import { createLineReader, createTail } from './lines.ts';
import {
  exitCodes,
  type FailureMessage,
  messageMaxBytes,
  parseMessage,
  type ProgressMessage,
} from './protocol.ts';

export type Task = {
  script: string;
  /** Names it among the processes of this data root. */
  id: string;
  args: Record<string, unknown>;
  onProgress: (message: ProgressMessage) => void;
  /** Aborted: its processes are ended, and `stopping` is thrown. */
  signal: AbortSignal;
};

export type RunTask = (task: Task) => Promise<Record<string, unknown>>;

const heapMiB = 1024;

/** Gives the script's result. Throws its failure with the code that it ended with; `internal` when it said nothing. */
export function createTaskRunner(config: Config): RunTask {
  return async ({ script, id, args, onProgress, signal }) => {
    const file = path.join(packageRoot, 'dist/scripts', `${script}.js`);
    fs.accessSync(file, fs.constants.R_OK);
    const inbox = createTaskInbox(onProgress);
    const stderr = createTail(stderrTailBytes);
    const child = spawnChild(
      [process.execPath, `--max-old-space-size=${heapMiB}`, file],
      { cwd: config.root, env: childEnvironment(config, {}), marker: `${id}.0`, root: config.root },
      { onStdout() {}, onStderr: stderr.add, onMessages: inbox.add },
    );
    let cause: AppError | null = null;
    const end = (why: AppError) => {
      cause ??= why;
      void child.end(0);
    };
    const onAbort = () =>
      end(new AppError('stopping', 'The check was given up, because nobody waits for it.'));
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const timer = setTimeout(() => {
      end(new AppError('internal', `The check took longer than ${config.timeoutMs / 1000} s and was ended.`));
    }, config.timeoutMs);
    try {
      child.release(JSON.stringify(args));
      const { code } = await child.exited;
      inbox.end();
      if (cause) throw cause;
      const { result, failure } = inbox.received();
      if (code === 0 && result) return result;
      throw failure
        ? toError(code, failure)
        : new AppError('internal', `The check ended early: ${stderr.text()}`);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      await child.end(0);
    }
  };
}

const stderrTailBytes = 2048;

function createTaskInbox(onProgress: Task['onProgress']) {
  let result: Record<string, unknown> | null = null;
  let failure: FailureMessage | null = null;
  const take = (line: string) => {
    const message = parseMessage(line);
    if (message?.type === 'progress') onProgress(message);
    if (message?.type === 'result') result = message.data;
    if (message?.type === 'failure') failure = message;
  };
  const lines = createLineReader(messageMaxBytes, take, () => {});
  return { ...lines, received: () => ({ result, failure: failure as FailureMessage | null }) };
}

function toError(exitCode: number | null, { message, detail }: FailureMessage): AppError {
  const code: Record<number, ErrorCode> = {
    [exitCodes.badInput]: 'bad_input',
    [exitCodes.temporary]: 'temporary',
  };
  const named = detail?.code === 'disk_full' ? 'disk_full' : code[exitCode ?? -1];
  return new AppError(named ?? 'internal', message, detail);
}
