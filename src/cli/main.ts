// Reads the words of a command line, does one thing, and gives the exit code.
import { AppError } from '../core/errors.ts';
import { cancelJob, listJobs, retryJob, runOperation, showJob, showRetention } from './commands.ts';
import { doctor } from './doctor.ts';
import { exitCodeOf } from './exit-codes.ts';
import { help } from './help.ts';
import { createScreen, type Screen, type ScreenOut } from './screen.ts';
import { drainWorkers, retryFailed, showQueue, showWorkers, steerWorkers } from './worker-commands.ts';

type Command = (words: string[], screen: Screen) => Promise<number>;

const commands: Record<string, Command> = {
  jobs: listJobs,
  job: showJob,
  cancel: cancelJob,
  retry: retryJob,
  retention: showRetention,
  workers: showWorkers,
  pause: steerWorkers('pause'),
  resume: steerWorkers('resume'),
  drain: drainWorkers,
  queue: showQueue,
  'retry-failed': retryFailed,
  doctor,
  help,
};

/** A refusal is shown and becomes the code; what nobody expects is thrown. */
export async function obey(
  [name = 'help', ...words]: string[],
  out: ScreenOut,
  err: Pick<ScreenOut, 'write'>,
) {
  const screen = createScreen(out, err, words.includes('--json'));
  try {
    return await commandOf(name, words)(words, screen);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    screen.refuse(error);
    return exitCodeOf(error.code);
  }
}

function commandOf(name: string, words: string[]): Command {
  if (name === '--help' || name === '-h') return (_, screen) => help([], screen);
  if (words.includes('--help') || words.includes('-h')) return (_, screen) => help([name], screen);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return command ?? ((rest, screen) => runOperation(name, rest, screen));
}
