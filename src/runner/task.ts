// One of our scripts as a child process that is not a job: it leaves no record and ends with its caller. Checks of
// uploads run this way, so that one that fails, hangs or exhausts memory does not harm the server.
import { type Config, childEnvironment } from '../core/config.ts';
import { googleEnvironment } from '../core/config-google.ts';
import { queueEnvironment } from '../core/settings/declared-queue.ts';
import { AppError, type ErrorCode } from '../core/errors.ts';
import { maskerFor, readSecrets } from '../core/secrets.ts';
import { exitCodes, type ProgressMessage } from '../jobs/protocol.ts';
import { currentTraceparent, span } from '../core/trace.ts';
import { type Child, spawnChild } from './child.ts';
import { scriptCommand } from './command.ts';
import { createMessageReader, createTail, type ScriptFailure } from './lines.ts';

type TaskOptions = {
  script: string;
  /** Names it among the processes of this data root. */
  id: string;
  /** It gets the settings of Google spreadsheets, with the path of their key. */
  usesGoogle?: true;
  onProgress: (message: ProgressMessage) => void;
  /** When aborted, the processes are ended and `run` throws `stopping`. */
  signal: AbortSignal;
};

export type CreateTask = ReturnType<typeof createTasks>;

const heapMiB = 1024;
const stderrTailBytes = 2048;

export function createTasks(config: Config) {
  return (options: TaskOptions) => createTask(config, options);
}

function createTask(config: Config, { onProgress, signal, ...command }: TaskOptions) {
  const mask = maskerFor(readSecrets(config, command));
  const messages = createMessageReader({ mask, onProgress, onRow() {}, onUsage() {} });
  const stderr = createTail(stderrTailBytes);
  const masked = mask.stream();
  const onStderr = (chunk: Buffer) => stderr.add(masked.add(chunk));
  const output = { onStdout() {}, onStderr, onMessages: messages.add, descendants: null };
  let child: Child | null = null;
  let cause: AppError | null = null;

  const spawned = () => {
    child ??= spawnScript(config, command, output);
    return child;
  };
  const endFor = (why: AppError) => {
    cause ??= why;
    void child?.end(0);
  };
  const onAbort = () => endFor(new AppError('stopping', 'The check was stopped before it had ended.'));
  signal.addEventListener('abort', onAbort, { once: true });

  return {
    /** Starts the process ahead of its arguments, so that nobody waits for its start later. */
    start: () => spawned().begin(),

    /** Gives the script's result. Throws its failure with the error code of its exit code; `internal` without one. */
    async run(args: Record<string, unknown>) {
      const { release, exited } = spawned();
      if (signal.aborted) onAbort();
      const timedOut = `The check took longer than ${config.timeoutMs / 1000} s and was stopped.`;
      const timer = setTimeout(() => endFor(new AppError('internal', timedOut)), config.timeoutMs);
      try {
        release(JSON.stringify(args));
        const { code } = await exited;
        messages.end();
        if (cause) throw cause;
        const { result, failure } = messages.received();
        if (code === 0 && result) return result;
        if (failure) throw toError(code, failure);
        stderr.add(masked.end());
        throw new AppError('internal', `The check ended early: ${stderr.text()}`);
      } finally {
        clearTimeout(timer);
      }
    },

    /** Ends every process that is left; must be called in every case. */
    async end() {
      signal.removeEventListener('abort', onAbort);
      await child?.end(0);
    },
  };
}

type Command = Pick<TaskOptions, 'script' | 'id' | 'usesGoogle'>;

function spawnScript(
  config: Config,
  { script, id, usesGoogle }: Command,
  output: Parameters<typeof spawnChild>[2],
) {
  const { root } = config;
  const traceparent = currentTraceparent();
  const command = scriptCommand(script, `--max-old-space-size=${heapMiB}`);
  const options = {
    cwd: root,
    env: childEnvironment(config, {
      ...queueEnvironment(config),
      ...(usesGoogle ? googleEnvironment(config) : {}),
      ...(traceparent === null ? {} : { TRACEPARENT: traceparent }),
    }),
    marker: `${id}.0`,
    root,
    tracking: config.processTracking,
  };
  const child = span('script', `Start the process of ${script}`, () => spawnChild(command, options, output));
  // A failed start is reported by `run`.
  child.exited.catch(() => {});
  return child;
}

function toError(exitCode: number | null, { message, detail }: ScriptFailure): AppError {
  const code: Record<number, ErrorCode> = {
    [exitCodes.badInput]: 'bad_input',
    [exitCodes.temporary]: 'temporary',
  };
  const named = detail?.code === 'disk_full' ? 'disk_full' : code[exitCode ?? -1];
  return new AppError(named ?? 'internal', message, detail ?? undefined);
}
