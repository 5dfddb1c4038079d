// One of our scripts as a process that is no job: nothing of it is recorded, and it ends with whoever asked for it.
// Used for checks of what was uploaded, which must be able to fail, hang or eat memory without the server.
import fs from 'node:fs';
import path from 'node:path';
import { type Config, childEnvironment, packageRoot } from '../core/config.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { type Child, spawnChild } from './child.ts';
import { createLineReader, createTail } from './lines.ts';
import {
  exitCodes,
  type FailureMessage,
  messageMaxBytes,
  parseMessage,
  type ProgressMessage,
} from '../jobs/protocol.ts';

type TaskOptions = {
  script: string;
  /** Names it among the processes of this data root. */
  id: string;
  onProgress: (message: ProgressMessage) => void;
  /** Aborted: its processes are ended, and `stopping` is thrown. */
  signal: AbortSignal;
};

type Task = {
  /** Starts the process ahead of its arguments, so that nobody waits for its start later. */
  start(): void;
  /** Gives the script's result. Throws its failure with the code that it ended with; `internal` when it said nothing. */
  run(args: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Ends whatever of it is left; to be called in every case. */
  end(): Promise<void>;
};

export type CreateTask = (options: TaskOptions) => Task;

const heapMiB = 1024;

export function createTasks(config: Config): CreateTask {
  return ({ script, id, onProgress, signal }) => {
    const file = path.join(packageRoot, 'dist/scripts', `${script}.js`);
    const inbox = createTaskInbox(onProgress);
    const stderr = createTail(stderrTailBytes);
    let started: Child | null = null;
    let cause: AppError | null = null;

    const spawned = () => {
      if (started) return started;
      fs.accessSync(file, fs.constants.R_OK);
      started = spawnChild(
        [process.execPath, `--max-old-space-size=${heapMiB}`, file],
        { cwd: config.root, env: childEnvironment(config, {}), marker: `${id}.0`, root: config.root },
        { onStdout() {}, onStderr: stderr.add, onMessages: inbox.add },
      );
      // That it cannot be started is told when it is run.
      started.exited.catch(() => {});
      return started;
    };

    const endFor = (why: AppError) => {
      cause ??= why;
      void started?.end(0);
    };

    const onAbort = () =>
      endFor(new AppError('stopping', 'The check was given up, because nobody waits for it.'));
    signal.addEventListener('abort', onAbort, { once: true });

    return {
      start: () => spawned().begin(),

      async run(args) {
        const child = spawned();
        if (signal.aborted) onAbort();
        const timer = setTimeout(() => {
          endFor(
            new AppError(
              'internal',
              `The check took longer than ${config.timeoutMs / 1000} s and was ended.`,
            ),
          );
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
        }
      },

      async end() {
        signal.removeEventListener('abort', onAbort);
        await started?.end(0);
      },
    };
  };
}

const stderrTailBytes = 2048;

function createTaskInbox(onProgress: TaskOptions['onProgress']) {
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
